import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSourceFile, isInterfaceDeclaration, ScriptTarget } from 'typescript';
import { SocketDocument } from '../support/realtime/socket-document';

const CONTRACT = join(__dirname, '../../src/realtime/socket-contract.ts');

const ID = '0199a5e0-1111-7000-8000-000000000001';

describe('docs/asyncapi.yaml', () => {
  const document = SocketDocument.read();

  it.each([
    ['ClientToServer', document.clientEvents],
    ['ServerToClient', document.serverEvents],
  ] as const)('has the events of %s, and no others', (name, documented) => {
    expect(documented.toSorted()).toEqual(eventsOf(name).toSorted());
  });

  it.each([
    ['an event that there is not', 'new_post', [{}]],
    ['no payload where there should be one', 'ready', []],
    ['a payload where there should be none', 'session_expired', [{}]],
    ['more than one argument', 'unread_changed', [{ conversationId: ID, unreadCount: 0 }, {}]],
    ['a missing field', 'unread_changed', [{ conversationId: ID }]],
    ['a field too many', 'unread_changed', [{ conversationId: ID, unreadCount: 0, seq: 1 }]],
    ['a time of another form', 'ready', [{ userId: ID, serverTime: '2026-01-01', since: null }]],
    [
      'both kinds in one',
      'presence_changed',
      [{ userId: ID, businessId: ID, status: 'online', lastSeenAt: null }],
    ],
  ])('finds fault with %s', (_what, event, args) => {
    expect(document.faultsOfFrame(event, args)).not.toEqual([]);
  });

  it.each([
    ['unread_changed', [{ conversationId: ID, unreadCount: 0 }]],
    ['session_expired', []],
    ['presence_changed', [{ businessId: ID, status: 'offline', lastSeenAt: null }]],
  ])('takes %s for what it is', (event, args) => {
    expect(document.faultsOfFrame(event, args)).toEqual([]);
  });

  it('finds fault with acknowledgements likewise', () => {
    expect(document.faultsOfAnswer('refresh_token', { ok: true, data: null })).toEqual([]);
    expect(document.faultsOfAnswer('refresh_token', { ok: true, data: {} })).not.toEqual([]);
    expect(document.faultsOfAnswer('refresh_token', { ok: false, error: {} })).not.toEqual([]);
    expect(document.faultsOfAnswer('make_coffee', { ok: true, data: null })).not.toEqual([]);
  });
});

/** The names in an interface of the contract, as they stand there. */
function eventsOf(name: string): string[] {
  const file = createSourceFile(CONTRACT, readFileSync(CONTRACT, 'utf8'), ScriptTarget.Latest);
  const declared = file.statements.filter(isInterfaceDeclaration).find((one) => one.name.text === name);
  return (declared?.members ?? []).map((member) => member.name?.getText(file) ?? '');
}
