import { setTimeout as delay } from 'node:timers/promises';
import type { Person } from '../chat-client';
import type { Device } from '../device';

const EVERY_MS = 50;
/** Node has compiled nothing yet: these are not counted. */
const WARM_UP = 50;

/** Somebody who has nothing to do with it, and sends a message twenty times a second. */
export class Bystander {
  private readonly took: number[] = [];
  private readonly refused: string[] = [];
  private isDone = false;
  private readonly sending: Promise<void>;

  private constructor(
    private readonly device: Device,
    private readonly chat: { readonly id: string },
  ) {
    this.sending = this.goOn();
  }

  static async among(person: Person, other: Person): Promise<Bystander> {
    const chat = await person.chatWith(other);
    const device = await person.connects();
    for (let n = 0; n < WARM_UP; n++) await device.says(chat, 'good morning');
    return new Bystander(device, chat);
  }

  /** @returns milliseconds from sending to the acknowledgement, and what was not acknowledged. */
  async stops(): Promise<{ count: number; p99: number; max: number; refused: readonly string[] }> {
    this.isDone = true;
    await this.sending;
    this.device.leaves();
    const sorted = this.took.toSorted((a, b) => a - b);
    const p99 = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? NaN;
    return { count: sorted.length, p99, max: sorted.at(-1) ?? NaN, refused: this.refused };
  }

  private async goOn(): Promise<void> {
    while (!this.isDone) {
      const started = performance.now();
      const ack = await this.device.says(this.chat, 'undisturbed').catch((error: Error) => error);
      this.took.push(performance.now() - started);
      if (ack instanceof Error) this.refused.push(ack.message);
      else if (!ack.ok) this.refused.push(ack.error.code);
      await delay(EVERY_MS);
    }
  }
}
