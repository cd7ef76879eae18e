import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import type { MessageDto } from '../../src/message-view';
import type { Ack, ServerToClient } from '../../src/realtime/socket-contract';
import { type Heard, wallClock } from './history/history';
import { judgeAnswer, judgeFrame } from './realtime/heard-faults';

export type DeviceOptions = Partial<ManagerOptions & SocketOptions>;

type Frame<Event extends keyof ServerToClient> = Parameters<ServerToClient[Event]>[0];

const ANSWER_WITHIN_MS = 5_000;

/**
 * A connected client that remembers every frame it hears, and has each judged by the document of the socket. It never
 * comes back by itself.
 */
export class Device {
  /** Why the connection ended, once it has. */
  readonly ended: Promise<string>;
  /** All that it heard, in the order it came. */
  readonly frames: Heard[] = [];

  private constructor(readonly socket: Socket) {
    socket.onAny((event: string, ...args: unknown[]) => {
      this.frames.push({ at: wallClock(), event, frame: args[0] });
      judgeFrame(event, args);
    });
    this.ended = new Promise((resolve) => socket.once('disconnect', resolve));
  }

  /** One that is on its way in. */
  static begin(url: string, options: DeviceOptions): Device {
    const socket = io(url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      ...options,
    });
    const device = new Device(socket);
    socket.connect();
    return device;
  }

  /** Waits for `ready`. @throws Error as Socket.IO makes it, with the problem as its `data`, when refused. */
  static async connect(url: string, options: DeviceOptions): Promise<Device> {
    const device = Device.begin(url, options);
    await device.readiness();
    return device;
  }

  private async readiness(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once('ready', () => resolve()).once('connect_error', reject);
      void this.ended.then((reason) => reject(new Error(reason)));
    });
  }

  /** All frames of this event so far, in the order they came. */
  heard<Event extends keyof ServerToClient>(event: Event): Frame<Event>[] {
    return this.frames.filter((heard) => heard.event === event).map(({ frame }) => frame as Frame<Event>);
  }

  /** The messages heard so far. */
  get messages(): MessageDto[] {
    return this.heard('new_message').map(({ message }) => message);
  }

  /** The events heard so far, whatever they were. */
  get events(): string[] {
    return this.frames.map(({ event }) => event);
  }

  /** The same without counts, which are told some time after what made them. */
  get happenings(): string[] {
    return this.events.filter((event) => event !== 'unread_changed');
  }

  /** Sends an event and waits for its acknowledgement. */
  async asks<Data>(event: string, ...args: unknown[]): Promise<Ack<Data>> {
    const answer = (await this.socket.timeout(ANSWER_WITHIN_MS).emitWithAck(event, ...args)) as Ack<Data>;
    judgeAnswer(event, answer);
    return answer;
  }

  says(
    chat: { readonly id: string },
    content: string,
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<Ack<MessageDto>> {
    return this.asks('send_message', { conversationId: chat.id, content, ...more });
  }

  leaves(): void {
    this.socket.disconnect();
  }
}
