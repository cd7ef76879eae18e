import { setTimeout as delay } from 'node:timers/promises';
import { step } from '../../scripts/run/progress.mjs';
import { tokenFor } from '../../scripts/stand-in/token.mjs';
import { populateWith } from '../load/population.mjs';
import { startCpuClock } from '../measure/cpu-times.mjs';
import { residentKib } from '../measure/memory.mjs';
import { interleaved } from '../measure/rounds.mjs';
import { amount, readOptions } from '../run/options.mjs';
import { prepare } from '../run/prepare.mjs';
import { report, rounded } from '../run/report.mjs';
import { startNodes, TOLD_SETTINGS } from '../run/service.mjs';
import { checkDescriptors } from './descriptors.mjs';
import { IdleCrowd } from './idle-crowd.mjs';

/** `seconds`: how long they are watched doing nothing; three times what a socket's heart takes for a beat. */
const DEFAULTS = { rounds: 3, seconds: 30 };
const SOCKETS = 10_000;
const QUICK_SOCKETS = 1_000;
const MOST_SOCKETS = 100_000;
/** So many come and go first: what a process needs once is not to be divided among those who come later. */
const WARM_UP_SOCKETS = 300;
/** What came with connecting is over by then. */
const SETTLE_MS = 5_000;

/** @param {import('../../scripts/run/teardown.mjs').Teardown} teardown */
export async function benchIdle(teardown) {
  const options = readOptions(DEFAULTS, {
    sockets: { type: 'string' },
    'cpu-prof': { type: 'boolean', default: false },
  });
  const sockets = amount('sockets', options.sockets, options.quick ? QUICK_SOCKETS : SOCKETS, MOST_SOCKETS);
  checkDescriptors(sockets);
  const { surroundings, conditions } = await prepare('bench-idle', teardown);
  const { settings, postgres, redis } = surroundings;
  const people = await step(`${rounded(sockets)} people`, () => peopleWithTokens(settings, sockets));

  const measure = async (_one, round) => {
    const [node] = await startNodes(surroundings, 1, teardown, {
      settings: settingsFor(sockets),
      cpuProf: options['cpu-prof'],
    });
    try {
      const pids = { service: node.pid, postgres: postgres.pid, redis: redis.pid };
      return await step(
        `${round + 1}/${options.rounds} connect, and do nothing for ${options.seconds} s`,
        () => measureIdle({ node, pids, people, seconds: options.seconds }),
        ({ connectedPerSecond, kibPerSocket, idleCpuPercent }) =>
          `${rounded(connectedPerSecond)}/s, ${rounded(kibPerSocket, 1)} KiB each, ${rounded(idleCpuPercent.service, 1)} % CPU`,
      );
    } finally {
      await node.stop();
    }
  };
  const [measured] = await interleaved([{}], options.rounds, measure);
  report(
    {
      name: 'idle',
      title: `${rounded(sockets)} sockets of one process that have nothing to say`,
      conditions: { ...conditions, service: TOLD_SETTINGS, rounds: options.rounds, seconds: options.seconds },
      notes: NOTES,
      tables: [tableOf(measured.median)],
      figures: measured,
    },
    options.isKept && options.sockets === undefined,
  );
}

async function measureIdle({ node, pids, people, seconds }) {
  const warmUp = await IdleCrowd.connect(node.port, people.slice(0, WARM_UP_SOCKETS));
  await warmUp.leaves();
  await delay(SETTLE_MS);
  const before = residentKib(node.pid);

  const started = performance.now();
  const connecting = startCpuClock(pids);
  const crowd = await IdleCrowd.connect(node.port, people);
  const tookSeconds = (performance.now() - started) / 1_000;
  const connectCpu = connecting();
  await delay(SETTLE_MS);

  const watched = performance.now();
  const idling = startCpuClock(pids);
  await delay(seconds * 1_000);
  const idleSeconds = (performance.now() - watched) / 1_000;
  const idleCpu = idling();
  const after = residentKib(node.pid);
  const { trouble } = crowd;
  await crowd.leaves();
  if (trouble.length > 0)
    throw new Error(`Not all of them stayed as they were: ${trouble[0]} (${trouble.length})`);
  return {
    connectedPerSecond: people.length / tookSeconds,
    readyMs: crowd.readyMs,
    connectCpuMicroseconds: (connectCpu.service / people.length) * 1e6,
    kibPerSocket: (after - before) / people.length,
    residentMib: after / 1_024,
    idleCpuPercent: {
      service: (idleCpu.service / idleSeconds) * 100,
      postgres: (idleCpu.postgres / idleSeconds) * 100,
      redis: (idleCpu.redis / idleSeconds) * 100,
    },
  };
}

/** Each in a conversation with one other, as somebody who is connected is. */
async function peopleWithTokens({ DATABASE_URL, JWT_SECRET }, count) {
  const conversations = await populateWith(DATABASE_URL, Math.ceil(count / 2), 2);
  const ids = conversations.flatMap(({ members }) => members).slice(0, count);
  return ids.map((uuid) => ({ token: tokenFor({ uuid }, JWT_SECRET) }));
}

function settingsFor(sockets) {
  return { MAX_CONNECTIONS: String(Math.max(20_000, sockets + 1_000)) };
}

function tableOf({
  connectedPerSecond,
  readyMs,
  connectCpuMicroseconds,
  kibPerSocket,
  residentMib,
  idleCpuPercent,
}) {
  return {
    columns: ['', 'figure'],
    rows: [
      ['connected to `ready`, a second', rounded(connectedPerSecond)],
      ['from connecting to `ready`, p50 / p99 ms', `${rounded(readyMs.p50)} / ${rounded(readyMs.p99)}`],
      ['CPU of the service to let one in, µs', rounded(connectCpuMicroseconds)],
      ['resident memory for each socket, KiB', rounded(kibPerSocket, 1)],
      ['resident memory of the service, MiB', rounded(residentMib)],
      ['CPU of the service while idle, % of a core', rounded(idleCpuPercent.service, 1)],
      [
        'CPU of Postgres / Redis while idle, %',
        `${rounded(idleCpuPercent.postgres, 1)} / ${rounded(idleCpuPercent.redis, 1)}`,
      ],
    ],
  };
}

const NOTES = [
  'Each figure is the median of the rounds, each with a node of its own. Everybody is known, in one conversation of two, and has one WebSocket; 200 connect at a time. The generator runs on the same machine and its share of it is not taken out.',
  'Memory: what the process has more than after 300 had come and gone, by what the system says of it, with the young generation that production has (64 MiB of semi-space), which connecting fills. Idle: each socket is asked every 10 s whether it is there, and answers.',
];
