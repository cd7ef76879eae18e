import { DeadNodes } from '../../cluster';
import { Background, type BackgroundTask } from '../../common/background';
import { FrameListener } from './frame-listener';

/**
 * Of nodes that are not heard tells those that are gone from those that may go on, by their leases: nothing can be missed
 * of the former, and nobody is to wait for them.
 */
@Background()
export class DepartedNodes implements BackgroundTask {
  readonly name = 'departed nodes';
  readonly intervalMs = 2_000;

  constructor(
    private readonly frames: FrameListener,
    private readonly deadNodes: DeadNodes,
  ) {}

  /** @throws DependencyUnavailable */
  async run(): Promise<void> {
    this.frames.forget(await this.deadNodes.buried(this.frames.missingNodes));
  }
}
