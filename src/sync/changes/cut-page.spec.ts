import { aMessage } from '../../../test/support/messages/a-message';
import type { ChangePosition, MessagePosition } from '../sync-token';
import type { ChangedConversation } from './changed-conversations.repository';
import type { ChangedMessage } from './changed-messages.repository';
import { cutPage } from './cut-page';

const FROM_THE_START: ChangePosition = { conversationId: '0' };

function aConversation(id: string): ChangedConversation {
  return {
    id,
    hasLeft: false,
    row: undefined,
    isChanged: true,
    hasMessages: true,
    hasJoined: false,
    marksOf: [],
  };
}

const at = (a: number, part: MessagePosition['part'] = 'new'): MessagePosition => ({
  part,
  a,
  b: 0,
  knownSeq: 2,
  knownRev: 7,
});

function messagesIn(conversationId: string, ...positions: MessagePosition[]): ChangedMessage[] {
  return positions.map((position) => ({ conversationId, position, row: undefined }));
}

describe('a page of changes', () => {
  const A = aConversation('a');
  const B = aConversation('b');
  const inA = messagesIn('a', at(5, 'changed'), at(3), at(4));

  it('has everything where there is room', () => {
    const { parts, position } = cutPage([A, B], inA, FROM_THE_START, 5);
    expect(parts).toEqual([
      { conversation: A, isContinued: false, messages: inA },
      { conversation: B, isContinued: false, messages: [] },
    ]);
    expect(position).toBeUndefined();
  });

  it.each([
    [4, { conversationId: 'a' }, 3],
    [3, { conversationId: 'a', messages: at(3) }, 2],
    [2, { conversationId: 'a', messages: at(5, 'changed') }, 1],
    [1, { conversationId: 'a', messages: { ...at(0, 'changed'), a: 0 } }, 0],
  ])('ends where there is none: %i', (limit, end, count) => {
    const { parts, position } = cutPage([A, B], inA, FROM_THE_START, limit);
    expect(parts.map(({ conversation, messages }) => [conversation.id, messages.length])).toEqual([
      ['a', count],
    ]);
    expect(position).toEqual(end);
  });

  it('goes on in a conversation without taking room for it again', () => {
    const from = { conversationId: 'a', messages: at(5, 'changed') };
    const { parts, position } = cutPage([A, B], inA.slice(1), from, 2);
    expect(parts).toEqual([{ conversation: A, isContinued: true, messages: inA.slice(1) }]);
    expect(position).toEqual({ conversationId: 'a' });
  });

  it('goes on after a conversation', () => {
    const { parts, position } = cutPage([B], [], { conversationId: 'a' }, 1);
    expect(parts.map(({ isContinued }) => isContinued)).toEqual([false]);
    expect(position).toBeUndefined();
  });

  it('is shorter where messages are long, and has one at least', () => {
    const long = (seq: number): ChangedMessage => ({
      conversationId: 'a',
      position: at(seq),
      row: aMessage({ seq, content: 'x'.repeat(50_000) }),
    });
    const { parts, position } = cutPage([A, B], [3, 4, 5, 6].map(long), FROM_THE_START, 100);
    expect(parts.map(({ messages }) => messages.length)).toEqual([2]);
    expect(position).toEqual({ conversationId: 'a', messages: at(4) });
  });
});
