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

The people here. Paste these lines into another terminal, the commands below use them:

URL=${url}
${people.map(variables).join('\n')}

Watch what reaches ${firstName(bikram)}, in a terminal of its own:

node scripts/listen.mjs ${bikram.nick}

${firstName(asha)} opens a conversation with ${firstName(bikram)}, and writes:

CHAT=$(${call(asha, '/v1/conversations', `{"type":"direct","participantIds":["'${idOf(bikram)}'"]}`)} | node -p 'JSON.parse(fs.readFileSync(0)).id')
${call(asha, '/v1/conversations/$CHAT/messages', '{"content":"Namaste!"}')}

${firstName(bikram)} reads the history, and his inbox:

${call(bikram, '/v1/conversations/$CHAT/messages')}
${call(bikram, '/v1/conversations')}

Ctrl-C stops everything. Messages are kept in .private for the next time; remove that folder to begin afresh.
`;
}

function variables(person) {
  return `${idOf(person).slice(1)}=${person.uuid}\n${tokenOf(person).slice(1)}=${person.token}`;
}

function idOf({ nick }) {
  return `$${nick.toUpperCase()}_ID`;
}

function tokenOf({ nick }) {
  return `$${nick.toUpperCase()}`;
}

function firstName({ name }) {
  return name.split(' ', 1)[0];
}

/** A request as this person. */
function call(person, path, body) {
  const request = `curl -sw '\\n' $URL${path} -H "Authorization: Bearer ${tokenOf(person)}"`;
  return body === undefined ? request : `${request} -H 'Content-Type: application/json' -d '${body}'`;
}
