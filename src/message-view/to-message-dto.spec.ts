import { aMessage } from '../../test/support/messages/a-message';
import type { MessageRow } from './message-row';
import { toMessageDto } from './to-message-dto';

const SENT_AT = new Date('2026-06-01T12:00:00.123Z');
const ORIGINAL = { id: 'the-original', seq: 3, senderId: 'bob', content: 'What time?' };

function aReply(more: Partial<MessageRow> = {}): MessageRow {
  return aMessage({
    rev: 9,
    content: 'At <noon>',
    payload: { a: 1 },
    metadata: { b: 2 },
    clientMessageId: 'the-key',
    sentAt: SENT_AT,
    replyTo: ORIGINAL,
    ...more,
  });
}

describe('toMessageDto', () => {
  it('shows a message', () => {
    expect(toMessageDto(aReply())).toEqual({
      id: 'the-message',
      conversationId: 'the-conversation',
      seq: 5,
      rev: 9,
      senderId: 'alice',
      type: 'text',
      content: 'At <noon>',
      contentHtml: 'At &lt;noon&gt;',
      payload: { a: 1 },
      metadata: { b: 2 },
      clientMessageId: 'the-key',
      sentAt: '2026-06-01T12:00:00.123Z',
      editedAt: null,
      deletedAt: null,
      expiresAt: null,
      replyTo: { id: 'the-original', seq: 3, senderId: 'bob', excerpt: 'What time?' },
      status: 'sent',
    });
  });

  it('shows of a deleted one only that it was there', () => {
    const message = toMessageDto(aReply({ deletedAt: SENT_AT }));
    expect(message).toMatchObject({
      id: 'the-message',
      seq: 5,
      senderId: 'alice',
      deletedAt: SENT_AT.toISOString(),
    });
    expect(message).toMatchObject({
      content: null,
      contentHtml: null,
      payload: null,
      metadata: null,
      replyTo: null,
    });
  });

  it.each(['sentAt', 'editedAt', 'deletedAt', 'expiresAt'] as const)(
    'shows %s in milliseconds and UTC, also where Postgres wrote it as text',
    (field) => {
      const message = toMessageDto(aReply({ [field]: '2026-06-01T14:00:00.123456+02:00' }));
      expect(message[field]).toBe('2026-06-01T12:00:00.123Z');
    },
  );

  it('shows no HTML where there is no text', () => {
    expect(toMessageDto(aReply({ content: null }))).toMatchObject({ content: null, contentHtml: null });
    expect(toMessageDto(aReply({ content: '' }))).toMatchObject({ content: '', contentHtml: '' });
  });

  it.each([
    [{ deliveredSeq: 0, readSeq: 0 }, 'sent'],
    [{ deliveredSeq: 4, readSeq: 4 }, 'sent'],
    [{ deliveredSeq: 5, readSeq: 4 }, 'delivered'],
    [{ deliveredSeq: 9, readSeq: 0 }, 'delivered'],
    [{ deliveredSeq: 5, readSeq: 5 }, 'read'],
    [{ deliveredSeq: 9, readSeq: 9 }, 'read'],
  ] as const)('to its sender, where the others have got to %j, is %s', (others, status) => {
    expect(toMessageDto(aReply({ seq: 5 }), others).status).toBe(status);
  });
});

describe('the excerpt of the original', () => {
  const excerptOf = (content: string | null): string | null | undefined =>
    toMessageDto(aReply({ replyTo: { ...ORIGINAL, content } })).replyTo?.excerpt;

  it('is missing where the original is not to be seen', () => {
    expect(excerptOf(null)).toBeNull();
  });

  it.each([
    ['letters', 'a'],
    ['emoji', '😀'],
    ['letters and emoji', 'a😀'],
  ])('is at most 120 code points of %s, and says when there was more', (_what, unit) => {
    const codePoints = [...unit.repeat(200)];
    for (const length of [0, 1, 119, 120]) {
      expect(excerptOf(codePoints.slice(0, length).join(''))).toBe(codePoints.slice(0, length).join(''));
    }
    for (const length of [121, 130, 200]) {
      expect(excerptOf(codePoints.slice(0, length).join(''))).toBe(`${codePoints.slice(0, 120).join('')}…`);
    }
  });
});
