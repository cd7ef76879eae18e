import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { newSecret } from '../infra/secrets.mjs';
import { directory } from './directory.mjs';

const PATH = '/api/batch/profiles';
const MAX_IDS = 100;

/**
 * A stand-in for kaha-main-v3: it knows the people and businesses of `directory.json`, and answers as the real one
 * does. On a free port of the loopback, with a token of its own, unless it is told otherwise.
 */
export async function startKahaStandIn({ host = '127.0.0.1', port = 0, token = newSecret() } = {}) {
  const server = createServer((request, response) => {
    void answer(request, token).then(([status, body]) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.listen(port, host);
  await once(server, 'listening');

  return {
    url: `http://${host}:${server.address().port}`,
    token,
    closed: once(server, 'close'),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(request, token) {
  if (request.method !== 'POST' || request.url !== PATH) return [404, { message: 'Not found' }];
  if (request.headers.authorization !== `Bearer ${token}`) return [401, { message: 'Unauthorized' }];
  const asked = await json(request).catch(() => null);
  const users = asked?.user_uuids;
  const businesses = asked?.business_uuids;
  if (!Array.isArray(users) || !Array.isArray(businesses) || users.length + businesses.length > MAX_IDS)
    return [400, { message: `user_uuids and business_uuids: lists of at most ${MAX_IDS} together` }];
  return [200, { users: known(directory.users, users), businesses: known(directory.businesses, businesses) }];
}

function known(entries, uuids) {
  return entries.filter(({ uuid }) => uuids.includes(uuid));
}
