import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Person } from '../chat-client';
import type { NodeProcess } from '../node-process';
import { SeededRandom } from '../openapi/seeded-random';
import { SocketDocument } from '../realtime/socket-document';
import { times } from '../times';
import type { World } from '../world';
import { Bystander } from './bystander';
import { type EventFrame, EventFrames, type Fields } from './event-frames';
import { FuzzedDevice, type Heard, outcomeOf } from './fuzzed-device';
import { RAW_ATTACKS } from './raw-attacks';
import { Tally } from './tally';

const ATTACKERS = 4;
/** Of each attacker. */
const IN_FLIGHT = 8;
/** Each of these is a connection of its own, and so dearer than a frame. */
const RAW_ONE_IN = 40;
/** The server's limit, its first letters included. */
const LONGEST_FRAME = 64 * 1024 - 32;
const MIB = 1024 * 1024;
/** More would say nothing new. */
const MOST_FAULTS = 20;

export interface SiegeOptions {
  readonly seed: number;
  readonly frames: number;
  /** It ends after so many seconds, also if there were fewer frames. */
  readonly seconds: number;
}

export interface SiegeReport {
  readonly tally: Tally;
  /** What was answered as it must not be, and what somebody heard who must not. */
  readonly faults: readonly string[];
  readonly seconds: number;
  readonly bystander: Awaited<ReturnType<Bystander['stops']>>;
  /** Resident memory of the node: when everything bounded had been filled, and at the end. */
  readonly memoryMib: { readonly first: number; readonly last: number };
}

/** Attackers send a node all that is wrong, by its events and beneath them, while others go on talking. */
export class Siege {
  private readonly random: SeededRandom;
  private readonly tally = new Tally();
  private readonly faults: string[] = [];
  private readonly document = SocketDocument.read();
  private started = 0;
  private left = 0;

  constructor(
    private readonly world: World,
    private readonly node: NodeProcess,
    private readonly url: string,
    private readonly options: SiegeOptions,
  ) {
    this.random = new SeededRandom(options.seed);
  }

  async run(): Promise<SiegeReport> {
    const [carol, dave] = [this.person('Carol'), this.person('Dave')];
    const secret = `nobody’s business ${randomUUID()}`;
    const foreign = await fieldsOf(carol, dave, secret);
    const before = JSON.stringify((await carol.reads({ id: foreign['conversationId'] as string })).body);

    const bystander = await Bystander.among(this.person('Bob'), this.person('Erin'));
    this.started = performance.now();
    this.left = this.options.frames;
    let first = 0;
    const fill = Math.floor(this.options.frames / 5);
    const watch = setInterval(() => {
      if (first === 0 && this.options.frames - this.left > fill) first = residentMib(this.node.pid);
    }, 100);
    await times(ATTACKERS, async (n) => this.attack(this.person(`Mallory ${n}`), foreign, secret));
    clearInterval(watch);

    const after = JSON.stringify((await carol.reads({ id: foreign['conversationId'] as string })).body);
    if (after !== before) this.blame('the conversation of others', 'was changed');
    const last = residentMib(this.node.pid);
    return {
      tally: this.tally,
      faults: this.faults,
      seconds: (performance.now() - this.started) / 1_000,
      bystander: await bystander.stops(),
      memoryMib: { first: first || last, last },
    };
  }

  private async attack(attacker: Person, foreign: Fields, secret: string): Promise<void> {
    const fields = await fieldsOf(attacker, this.person('Trudy'), 'mine');
    const frames = new EventFrames(this.document, this.random, fields, foreign);
    const [device, thrownAway] = [await FuzzedDevice.of(attacker), await FuzzedDevice.of(attacker)];
    await times(IN_FLIGHT, async () => {
      while (this.takeOne()) {
        if (this.random.below(RAW_ONE_IN) === 0) await this.attackRaw(attacker);
        else await this.sendOne(frames.next(), device, thrownAway, secret);
      }
    });
    device.leaves();
    thrownAway.leaves();
  }

  private async sendOne(
    frame: EventFrame,
    device: FuzzedDevice,
    thrownAway: FuzzedDevice,
    secret: string,
  ): Promise<void> {
    const isTooLong = Buffer.byteLength(frame.args) > LONGEST_FRAME;
    const isCut = isTooLong || frame.isCut;
    // On a connection of its own: whatever else is under way there goes with it.
    const heard = await (isCut ? thrownAway : device).says(frame);
    this.tally.add(isTooLong ? 'too long' : frame.event, outcomeOf(heard));
    if (!isCut || heard !== 'cut') this.judge(frame, heard, secret);
  }

  private judge(frame: EventFrame, heard: Heard, secret: string): void {
    if (heard === 'unasked') return;
    if (typeof heard === 'string') return this.blame(frame.args, heard);
    if (heard.answer.includes(secret)) this.blame(frame.args, 'tells what others have said');
    const answer = JSON.parse(heard.answer) as { ok: boolean; error?: { status: number } };
    const [event] = JSON.parse(frame.args) as unknown[];
    const found = this.document.faultsOfAnswer(String(event), answer);
    if (found.length > 0) this.blame(frame.args, found.join('; '));
    if (!answer.ok && (answer.error?.status ?? 500) >= 500) this.blame(frame.args, heard.answer);
  }

  private async attackRaw(attacker: Person): Promise<void> {
    const attack = this.random.oneOf(RAW_ATTACKS);
    const port = Number(new URL(this.url).port);
    try {
      const connection = await attack.run(port, attacker.token, this.random);
      await connection.heardAnything();
      const { heard } = connection;
      if (/HTTP\/1\.1 5|"status":5/.test(heard)) this.blame(attack.name, heard.slice(-500));
      this.tally.add(attack.name, connection.isOpen ? 'heard out' : 'cut');
      connection.ends();
    } catch (error) {
      this.blame(attack.name, String(error));
    }
  }

  private takeOne(): boolean {
    const isOver = performance.now() - this.started > this.options.seconds * 1_000;
    return !isOver && this.left-- > 0;
  }

  private blame(what: string, why: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(`${what.slice(0, 300)}: ${why.slice(0, 500)}`);
  }

  private person(name: string): Person {
    return new Person({ name, id: this.world.person(name).id, tenantId: null }, [this.url]);
  }
}

/** What `person` can name: a conversation of theirs with `other`, and a message in it. */
async function fieldsOf(person: Person, other: Person, content: string): Promise<Fields> {
  const chat = await person.chatWith(other);
  const { body: message } = await person.says(chat, content);
  return {
    conversationId: chat.id,
    messageId: message.id,
    replyToId: message.id,
    content: 'x',
    seq: 1,
    token: person.token,
    userIds: [other.id],
  };
}

function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024) / MIB;
}
