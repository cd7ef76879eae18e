import type { Ack } from '../../../src/realtime/socket-contract';
import type { Person } from '../chat-client';
import type { Device } from '../device';
import type { EventFrame } from './event-frames';

const ANSWER_WITHIN_MS = 6_000;

/** What came of a frame: its acknowledgement as text, or that there was none. */
export type Heard = { readonly answer: string } | 'unasked' | 'cut' | 'no answer';

/** A device that says what no client would, word for word. When it is cut it connects anew. */
export class FuzzedDevice {
  private id = 0;
  private readonly waiting = new Map<number, (heard: Heard) => void>();

  private constructor(
    private readonly person: Person,
    private device: Device,
  ) {
    this.listen();
  }

  static async of(person: Person): Promise<FuzzedDevice> {
    return new FuzzedDevice(person, await person.connects());
  }

  async says({ args, wantsAnswer }: EventFrame): Promise<Heard> {
    if (!this.device.socket.connected) await this.comesBack();
    const id = ++this.id;
    this.device.socket.io.engine.write(`2${wantsAnswer ? id : ''}${args}`);
    if (!wantsAnswer) return 'unasked';
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.settle(id, 'no answer'), ANSWER_WITHIN_MS);
      this.waiting.set(id, (heard) => {
        clearTimeout(timer);
        resolve(heard);
      });
    });
  }

  leaves(): void {
    this.device.leaves();
  }

  private coming: Promise<void> | undefined;

  private comesBack(): Promise<void> {
    this.coming ??= this.person.connects().then((device) => {
      this.device = device;
      this.listen();
      this.coming = undefined;
    });
    return this.coming;
  }

  private listen(): void {
    const { socket, ended } = this.device;
    socket.io.engine.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
      const [, id, answer] = (type === 'message' && /^3(\d+)\[(.*)\]$/s.exec(String(data))) || [];
      if (id !== undefined && answer !== undefined) this.settle(Number(id), { answer });
    });
    void ended.then(() => {
      for (const id of [...this.waiting.keys()]) this.settle(id, 'cut');
    });
  }

  private settle(id: number, heard: Heard): void {
    this.waiting.get(id)?.(heard);
    this.waiting.delete(id);
  }
}

/** In one word. */
export function outcomeOf(heard: Heard): string {
  if (typeof heard === 'string') return heard;
  const ack = JSON.parse(heard.answer) as Ack<unknown>;
  return ack.ok ? 'ok' : ack.error.code;
}
