import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../scripts/infra/ports.mjs';
import { Failure } from '../../scripts/run/failure.mjs';
import { step } from '../../scripts/run/progress.mjs';
import { tokenFor } from '../../scripts/stand-in/token.mjs';
import { checkDescriptors } from '../idle/descriptors.mjs';
import { populateWith } from '../load/population.mjs';
import { RestDoor } from '../load/rest-door.mjs';
import { textOf } from '../load/text.mjs';
import { startCpuClock } from '../measure/cpu-times.mjs';
import { interleaved } from '../measure/rounds.mjs';
import { amount, readOptions } from '../run/options.mjs';
import { prepare } from '../run/prepare.mjs';
import { report, rounded } from '../run/report.mjs';
import { startNodes, TOLD_SETTINGS } from '../run/service.mjs';
import { Bystander } from './bystander.mjs';
import { NodeWatch } from './node-watch.mjs';
import { ReturningCrowd } from './returning-crowd.mjs';

/** `seconds`: how long the bystander writes before the storm, to compare with. */
const DEFAULTS = { rounds: 3, seconds: 5 };
const SOCKETS = 5_000;
const QUICK_SOCKETS = 500;
const MOST_SOCKETS = 20_000;

/** What they have missed, when they come: in every second conversation a few, in every hundredth many. */
const FEW = { every: 2, messages: 5 };
const MANY = { every: 100, messages: 200 };
const ASKED_AT_ONCE = 64;
/** What came with connecting, and with what was written, is over by then. */
const SETTLE_MS = 3_000;

/** As somebody comes who keeps nothing, and as one who keeps the `since` of their `ready`. */
const CASES = [
  { name: 'cold', knows: false },
  { name: 'with since', knows: true },
];

/** @param {import('../../scripts/run/teardown.mjs').Teardown} teardown */
export async function benchStorm(teardown) {
  const options = readOptions(DEFAULTS, {
    sockets: { type: 'string' },
    'cpu-prof': { type: 'boolean', default: false },
  });
  const sockets = amount('sockets', options.sockets, options.quick ? QUICK_SOCKETS : SOCKETS, MOST_SOCKETS);
  checkDescriptors(sockets);
  const { surroundings, conditions } = await prepare('bench-storm', teardown);
  const cases = CASES.filter(({ name }) => options.only.test(name));
  const measured = await interleaved(cases, options.rounds, ({ name, knows }, round) =>
    step(
      `${round + 1}/${options.rounds} ${name}`,
      () => measureStorm({ surroundings, teardown, sockets, knows, options }),
      ({ allReadyMs, readyMs, bystanderMs }) =>
        `all ready after ${rounded(allReadyMs)} ms, p99 ${rounded(readyMs.p99)} ms, bystander p99 ${rounded(bystanderMs.storm.p99)} ms`,
    ),
  );
  report(
    {
      name: 'storm',
      title: `${rounded(sockets)} sockets come to another node at once`,
      conditions: { ...conditions, service: TOLD_SETTINGS, rounds: options.rounds, seconds: options.seconds },
      notes: NOTES,
      tables: [tableOf(cases, measured)],
      figures: cases.map(({ name }, at) => ({ name, ...measured[at] })),
    },
    options.isKept && options.sockets === undefined,
  );
}

async function measureStorm({ surroundings, teardown, sockets, knows, options }) {
  const { settings, postgres, redis } = surroundings;
  const { conversations, quiet } = await peopleOf(settings, sockets);
  const [old] = await startNodes(surroundings, 1, teardown);
  const metricsPort = await freePort('127.0.0.1');
  const [left] = await startNodes(surroundings, 1, teardown, {
    settings: { METRICS_PORT: String(metricsPort) },
    cpuProf: options['cpu-prof'],
  });
  const crowd = new ReturningCrowd(conversations.flatMap(({ tokens }) => tokens.map((token) => ({ token }))));
  let bystander;
  let watch;
  try {
    await crowd.connects(old.port);
    await allReadInbox(conversations, left.port);
    bystander = await Bystander.watches(left.port, quiet);
    await writeAll(conversations, left.port);
    await delay(SETTLE_MS);
    await bystander.tells();
    await delay(options.seconds * 1_000);
    const calm = await bystander.tells();

    crowd.forget();
    watch = NodeWatch.of(left.pid, metricsPort);
    const cpu = startCpuClock({ service: left.pid, postgres: postgres.pid, redis: redis.pid });
    const back = await crowd.returns(() => process.kill(old.pid, 'SIGKILL'), left.port, knows);
    const cpuSeconds = cpu();
    const storm = await bystander.tells();
    await delay(SETTLE_MS);
    judge({ crowd, conversations, refused: storm.refused });
    return {
      ...back,
      toldToSync: crowd.toldToSync,
      bystanderMs: { calm: calm.acknowledgedMs, storm: storm.acknowledgedMs },
      bystanderHeardMs: { calm: calm.deliveredMs, storm: storm.deliveredMs },
      ...watch.peaks(),
      cpuSeconds,
    };
  } finally {
    watch?.ends();
    crowd.leaves();
    await bystander?.leaves();
    await old.stop();
    await left.stop();
  }
}

/** People in pairs, and one pair more that has nothing to do with them. */
async function peopleOf({ DATABASE_URL, JWT_SECRET }, sockets) {
  const founded = await populateWith(DATABASE_URL, Math.ceil(sockets / 2) + 1, 2);
  const [quiet, ...conversations] = founded.map(({ id, members }) => ({
    id,
    tokens: members.map((uuid) => tokenFor({ uuid }, JWT_SECRET)),
  }));
  return {
    quiet,
    conversations: conversations.map((one, at) => ({ ...one, messages: messagesIn(at) })),
  };
}

function messagesIn(at) {
  if (at % MANY.every === 0) return MANY.messages;
  return at % FEW.every === 0 ? FEW.messages : 0;
}

/** As clients do when they start; names and pictures of those they talk to are then in Redis. */
async function allReadInbox(conversations, port) {
  const people = conversations.flatMap(({ tokens }) => tokens.map((token) => ({ token })));
  await many(port, people, (door, person, answered) => door.readInbox(person, answered));
}

/** The first of each pair writes, by REST; the other hears it, and never says so: that is what they have missed. */
async function writeAll(conversations, port) {
  const due = conversations.flatMap(({ id, tokens: [token], messages }) =>
    Array.from({ length: messages }, (_, n) => ({ token, conversationId: id, n })),
  );
  await many(port, due, (door, { token, conversationId, n }, answered) => {
    const body = JSON.stringify({ content: textOf(n), clientMessageId: randomUUID() });
    door.send({ token, conversationId, body }, answered);
  });
}

/** Asks for each of `all`, so many at a time. @throws Failure when one is refused */
async function many(port, all, ask) {
  const door = new RestDoor(port);
  const waiting = all.values();
  const work = async () => {
    for (const one of waiting) {
      const refusal = await new Promise((answered) => ask(door, one, answered));
      if (refusal !== null) throw new Failure(`A request was refused: ${refusal}`);
    }
  };
  await Promise.all(Array.from({ length: ASKED_AT_ONCE }, work));
  door.close();
}

/** @throws Failure where a figure would mean nothing: not everybody has heard what they missed. */
function judge({ crowd, conversations, refused }) {
  if (crowd.trouble.length > 0) throw new Failure(`${crowd.trouble[0]} (${crowd.trouble.length})`);
  if (refused > 0) throw new Failure(`${refused} messages of the bystander were refused.`);
  const lacking = conversations.filter(({ messages }, at) => crowd.heard[2 * at + 1] < messages).length;
  if (lacking > crowd.toldToSync)
    throw new Failure(`${lacking} have not heard all that they missed, ${crowd.toldToSync} know of it.`);
}

function tableOf(cases, measured) {
  const row = (label, figure) => [label, ...measured.map(({ median }) => figure(median))];
  const ms = ({ p50, p99 }) => `${rounded(p50)} / ${rounded(p99)}`;
  return {
    columns: ['', ...cases.map(({ name }) => name)],
    rows: [
      row('all are `ready`, ms', ({ allReadyMs }) => rounded(allReadyMs)),
      row('`ready`, p50 / p99 ms', ({ readyMs }) => ms(readyMs)),
      row('attempts', ({ attempts }) => rounded(attempts)),
      row('refused', ({ refused }) => rounded(refused)),
      row('told to sync', ({ toldToSync }) => rounded(toldToSync)),
      row('bystander, sent to accepted before it, p50 / p99 ms', ({ bystanderMs }) => ms(bystanderMs.calm)),
      row('bystander, sent to accepted in it, p50 / p99 ms', ({ bystanderMs }) => ms(bystanderMs.storm)),
      row('bystander, sent to heard in it, p50 / p99 ms', ({ bystanderHeardMs }) =>
        ms(bystanderHeardMs.storm),
      ),
      row('waiting for a connection of the pool, at most', ({ mostWaiting }) => rounded(mostWaiting)),
      row('resident memory of the node, at most, MiB', ({ mostMib }) => rounded(mostMib)),
      row('CPU of the node / Postgres / Redis, s', ({ cpuSeconds: { service, postgres, redis } }) =>
        [service, postgres, redis].map((seconds) => rounded(seconds, 1)).join(' / '),
      ),
    ],
  };
}

const NOTES = [
  'Each figure is the median of the rounds, each with two nodes of its own and people of its own. All are connected to the first node, in conversations of two; in every second one 5 messages were sent, in every hundredth 200, and nobody has said that they have them; everybody has read their inbox once. Then that node is killed (SIGKILL), and all come to the other one at once, without the delay that clients of Socket.IO make; who fails tries again as these do, after 1 s, then 2, 4 and 5, half more or less of each. Time counts from the kill.',
  'Cold: they say nothing of what they know, and hear all messages that are not marked as delivered. With since: they bring the token of their `ready`, and hear what changed after it. It was checked that everybody has heard all that they missed, or was told to sync. Refused: the handshake said no, after which a client does not come back by itself.',
  'Bystander: one of two people at the other node sends fifty messages a second by socket, due by a schedule; how long they take counts from then. All run on the same two cores with the generator, whose share is not taken out.',
];
