import { relative } from 'node:path';
import { projectFolder } from '../run/project.mjs';

/**
 * What to do with a service that runs: who there is, and commands to paste into another terminal.
 *
 * @param {{ url: string, log: string, people: { nick: string, name: string, uuid: string, token: string }[] }} running
 */
export function welcome({ url, log, people }) {
  const [asha, bikram] = people;
  return `\
  Service    ${url}
  Reference  ${url}/docs
  Health     ${url}/health
  Full log   ${relative(projectFolder, log)}

People, and the tokens they sign in with (paste these lines into another terminal first):

${people.map(({ name, nick, uuid, token }) => `# ${name}, ${uuid}\n${variable(nick)}=${token}`).join('\n')}

Watch what reaches ${name(bikram)}, in a terminal of its own:

node scripts/listen.mjs ${bikram.nick}

${name(asha)} opens a conversation with ${name(bikram)}, and writes:

CHAT=$(${call(asha, `${url}/v1/conversations`, { type: 'direct', participantIds: [bikram.uuid] })} | node -p 'JSON.parse(fs.readFileSync(0)).id')
${call(asha, `${url}/v1/conversations/$CHAT/messages`, { content: 'Namaste!' })}

${name(bikram)} reads the history, and his inbox:

${call(bikram, `${url}/v1/conversations/$CHAT/messages`)}
${call(bikram, `${url}/v1/conversations`)}

Ctrl-C stops everything. Messages are kept in .private for the next time; remove that folder to begin afresh.
`;
}

function name(person) {
  return person.name.split(' ', 1)[0];
}

function variable(nick) {
  return nick.toUpperCase();
}

function call({ nick }, url, body) {
  const sending =
    body === undefined ? '' : ` -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  return `curl -sw '\\n' "${url}" -H "Authorization: Bearer $${variable(nick)}"${sending}`;
}
