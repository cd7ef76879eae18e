import { Injectable, Logger } from '@nestjs/common';
import { Background, type BackgroundTask } from '../common/background';
import { Database } from '../database';
import { NodeLease } from './node-lease';
import { type DeadNode, NodesRepository } from './nodes.repository';

/** For what a node was about to do and did not: long enough for it, and for the next one to try if this one dies. */
const MOURN_SECONDS = 15;

/** Sees to something that a dead node has left. Must be right also if it is done twice. */
export type LastWill = (dead: DeadNode, signal: AbortSignal) => Promise<void>;

/** Looks for nodes whose lease has ended, and has done what they can not do any more. */
@Background()
@Injectable()
export class DeadNodes implements BackgroundTask {
  readonly name = 'dead nodes';
  readonly intervalMs = 500;
  private readonly logger = new Logger(DeadNodes.name);
  private readonly wills: LastWill[] = [];

  constructor(
    private readonly database: Database,
    private readonly lease: NodeLease,
    private readonly nodes: NodesRepository,
  ) {}

  /** @param will done for each dead node, by one of those that live. */
  execute(will: LastWill): void {
    this.wills.push(will);
  }

  /**
   * @returns of these nodes those that left, or died and have been seen to. One that lost Postgres for long may be among
   * them and live: it has committed nothing meanwhile.
   * @throws DependencyUnavailable
   */
  async buried(nodeIds: readonly string[]): Promise<string[]> {
    return nodeIds.length === 0 ? [] : this.nodes.gone(this.database, nodeIds);
  }

  async run(signal: AbortSignal): Promise<void> {
    if (!this.lease.isHeld) return;
    const dead = await this.nodes.takeDead(this.database, this.lease.nodeId, MOURN_SECONDS);
    await Promise.all(dead.map((node) => this.mourn(node, signal)));
  }

  private async mourn(node: DeadNode, signal: AbortSignal): Promise<void> {
    this.logger.warn({
      msg: 'a node is gone, what it left is seen to',
      node: node.id,
      lastSeen: node.lastSeen,
    });
    await Promise.all(this.wills.map((will) => will(node, signal)));
    if (!signal.aborted) await this.nodes.bury(this.database, node, this.lease.nodeId);
  }
}
