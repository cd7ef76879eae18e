import { NodeProcess, type NodeProcessOptions } from './node-process';
import type { World } from './world';

/** The processes of one test: whatever becomes of it, none of them stays. */
export class NodeProcesses {
  private readonly started: NodeProcess[] = [];

  constructor(private readonly world: Pick<World, 'environment'>) {}

  /** @param env over what any node of the world is started with. */
  start(env: Readonly<Record<string, string>> = {}, options?: NodeProcessOptions): NodeProcess {
    const node = new NodeProcess({ ...this.world.environment, LOG_LEVEL: 'info', ...env }, options);
    this.started.push(node);
    return node;
  }

  async end(): Promise<void> {
    for (const node of this.started) node.signal('SIGKILL');
    await Promise.all(this.started.splice(0).map(({ exited }) => exited));
  }
}
