import type { ReviewedMessage } from '../../src/messages';
import { WordFilterPolicy } from './word-filter.policy';

const words = ['damn'];

function message(content: string, senderId: string | null = 'alice'): ReviewedMessage {
  return {
    tenantId: 'a tenant',
    conversationId: 'a conversation',
    senderId,
    type: 'text',
    content,
    payload: null,
  };
}

describe('the word filter', () => {
  const masking = new WordFilterPolicy({ words, mode: 'mask' });
  const refusing = new WordFilterPolicy({ words, mode: 'refuse' });

  it('lets pass what has no listed word', () => {
    expect(masking.review(message('hello'))).toEqual({ verdict: 'allow' });
    expect(refusing.review(message('hello'))).toEqual({ verdict: 'allow' });
  });

  it('masks listed words', () => {
    expect(masking.review(message('damn it'))).toEqual({ verdict: 'rewrite', content: '**** it' });
  });

  it('or refuses them, without repeating them', () => {
    expect(refusing.review(message('damn it'))).toEqual({
      verdict: 'refuse',
      reason: expect.not.stringContaining('damn'),
    });
  });

  it('does not look at what the service says', () => {
    expect(refusing.review(message('damn it', null))).toEqual({ verdict: 'allow' });
  });
});
