import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../run/failure.mjs';
import { person } from '../stand-in/directory.mjs';
import { tokenFor } from '../stand-in/token.mjs';
import { Client } from './client.mjs';

/**
 * Asha, at the first node, and Bikram, at the second, write to each other. Told as it happens; throws where
 * something does not.
 *
 * @param {{ first: string, second: string, secret: string }} where URLs of the nodes, and the key of the tokens
 */
export async function converse({ first, second, secret }) {
  const [asha, bikram] = ['asha', 'bikram'].map(person).map((who) => new Client(who, tokenFor(who, secret)));
  try {
    await asha.connect(first);
    tell('Asha connects a socket to node 1');
    await bikram.connect(second);
    tell('Bikram connects a socket to node 2');

    const chat = await asha.post(first, '/v1/conversations', { type: 'direct', participantIds: [bikram.id] });
    tell(`Asha opens a direct conversation with ${nameIn(chat, bikram)}, by REST at node 1`);
    const messages = `/v1/conversations/${chat.id}/messages`;

    const question = await asha.post(first, messages, { content: 'Namaste! Is the momo place open? 🥟' });
    tell(`Asha writes by REST at node 1: "${question.content}"`);
    await bikram.hears(question);
    tell('Bikram hears it at node 2');

    const answer = await bikram.emit('send_message', {
      conversationId: chat.id,
      content: 'Till nine. Meet at 7?',
    });
    tell(`Bikram answers by socket at node 2, and is told it is stored: "${answer.content}"`);
    await asha.hears(answer);
    tell('Asha hears it at node 1');

    const expected = [question, answer].map(essence);
    for (const reader of [asha, bikram])
      for (const node of [first, second])
        expectSame((await reader.get(node, messages)).items.map(essence), expected);
    tell('Both read the history from both nodes, and it is the same:\n');
    for (const { seq, senderId, content } of expected)
      console.log(`    ${seq}  ${senderId === asha.id ? 'Asha  ' : 'Bikram'}  ${content}`);
  } finally {
    asha.disconnect();
    bikram.disconnect();
  }
}

function tell(what) {
  console.log(`  ${what}`);
}

/** As the service knows the other one, from the stand-in for kaha-main-v3. */
function nameIn(conversation, { id }) {
  return conversation.participants.find(({ userId }) => userId === id).profile.name;
}

/** What is the same for every reader. */
function essence({ seq, id, senderId, content, sentAt }) {
  return { seq, id, senderId, content, sentAt };
}

function expectSame(history, expected) {
  if (isDeepStrictEqual(history, expected)) return;
  throw new Failure('The history is not what was written.', JSON.stringify({ history, expected }, null, 2));
}
