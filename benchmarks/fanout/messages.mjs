import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { textOf } from '../load/text.mjs';

/** Makes public messages of the conversations of a population, as the service would have stored them. */
export class Messages {
  #conversations = new Map();

  /** @param {string} file with the population */
  constructor(file) {
    const { users, conversations } = JSON.parse(readFileSync(file, 'utf8'));
    this.users = users;
    for (const { size, ids } of Object.values(conversations))
      ids.forEach((id, at) => {
        const members = users.slice(at * size, (at + 1) * size).map((user) => user.id);
        this.#conversations.set(id, { members, seq: 0 });
      });
  }

  /** @param {{ n: number, conversationId: string, sender: number }} command */
  make({ n, conversationId, sender }) {
    const conversation = this.#conversations.get(conversationId);
    const seq = ++conversation.seq;
    const content = textOf(n);
    const message = {
      id: randomUUID(),
      conversationId,
      seq,
      rev: seq,
      senderId: this.users[sender].id,
      type: 'text',
      content,
      contentHtml: content,
      payload: null,
      sentAt: new Date().toISOString(),
      editedAt: null,
      deletedAt: null,
      expiresAt: null,
      clientMessageId: null,
      replyTo: null,
      metadata: null,
      status: 'sent',
    };
    return { message, members: conversation.members };
  }
}
