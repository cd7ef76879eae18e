import { setTimeout as delay } from 'node:timers/promises';
import type { History } from '../history/history';
import { SeededRandom } from '../openapi/seeded-random';
import type { Cluster, ClusterNode, LinkName } from './cluster';
import type { Fault } from './fault-proxy';

/** `kill`: SIGKILL, and a new process when it is over; `stop`: SIGTERM, likewise. `freeze`: SIGSTOP and SIGCONT. */
export type Strike = 'kill' | 'stop' | 'freeze' | { readonly link: LinkName; readonly fault: Fault };

export interface Blow {
  /** From the beginning. */
  readonly atMs: number;
  readonly lastsMs: number;
  readonly node: number;
  readonly strike: Strike;
}

export interface BlowOptions {
  readonly totalMs: number;
  readonly nodes: number;
  readonly strikes: readonly Strike[];
  readonly pauseMs: Range;
  readonly lastsMs: Range;
}

type Range = readonly [least: number, most: number];

/** One after the other until the time is over. The same for the same seed. */
export function blowsOf(seed: number, { totalMs, nodes, strikes, pauseMs, lastsMs }: BlowOptions): Blow[] {
  const random = new SeededRandom(seed);
  const within = ([least, most]: Range): number => Math.round(least + random.next() * (most - least));
  const blows: Blow[] = [];
  for (let atMs = within(pauseMs); ;) {
    const blow = { atMs, lastsMs: within(lastsMs), node: random.below(nodes), strike: random.oneOf(strikes) };
    if (atMs + blow.lastsMs > totalMs) return blows;
    blows.push(blow);
    atMs += blow.lastsMs + within(pauseMs);
  }
}

/** Deals them, and takes each back when its time is over. A start may take longer; what follows is then late. */
export async function dealBlows(blows: readonly Blow[], cluster: Cluster, history: History): Promise<void> {
  const started = performance.now();
  for (const { atMs, lastsMs, node: index, strike } of blows) {
    const node = cluster.nodes[index];
    if (node === undefined) throw new Error(`There is no node ${index}.`);
    await delay(Math.max(0, started + atMs - performance.now()));
    const heal = history.trouble(JSON.stringify(strike), { node: index, severs: severs(strike) });
    await begin(node, strike);
    await delay(lastsMs);
    await end(node, strike);
    heal();
  }
}

/** A process that is not there refuses at once, and so does a link that is cut. */
function severs(strike: Strike): boolean {
  return (
    strike === 'freeze' || (typeof strike === 'object' && strike.link === 'clients' && strike.fault !== 'cut')
  );
}

async function begin(node: ClusterNode, strike: Strike): Promise<void> {
  if (strike === 'kill') await node.kill();
  else if (strike === 'stop') await node.stop();
  else if (strike === 'freeze') node.signal('SIGSTOP');
  else node.links[strike.link].become(strike.fault);
}

async function end(node: ClusterNode, strike: Strike): Promise<void> {
  if (strike === 'kill' || strike === 'stop') await node.start();
  else if (strike === 'freeze') node.signal('SIGCONT');
  else node.links[strike.link].become('none');
}
