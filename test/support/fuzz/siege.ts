import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Person } from '../chat-client';
import type { NodeProcess } from '../node-process';
import { SeededRandom } from '../openapi/seeded-random';
import { SocketDocument } from '../realtime/socket-document';
import { times } from '../times';
import type { World } from '../world';
import { Bystander, type Undisturbed } from './bystander';
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
  readonly bystander: Undisturbed;
  /** Resident memory of the node: when everything bounded had been filled, and at the end. */
  readonly memoryMib: { readonly first: number; readonly last: number };
}

/** Attackers send a node all that is wrong, by its events and beneath them, while others go on talking. */
export class Siege {
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
  ) {}

  async run(): Promise<SiegeReport> {
    const [carol, dave] = [this.person('Carol'), this.person('Dave')];
    const secret = `nobody’s business ${randomUUID()}`;
    const foreign = await fieldsOf(carol, dave, secret);
    const before = JSON.stringify((await carol.reads({ id: foreign['conversationId'] as string })).body);

    const bystander = await Bystander.among(this.url, this.person('Bob'), this.person('Erin'));
    const first = await this.attackAll(foreign, secret).finally(() => bystander.stops());
    const last = residentMib(this.node.pid);
    const after = JSON.stringify((await carol.reads({ id: foreign['conversationId'] as string })).body);
    if (after !== before) this.blame('the conversation of others', 'was changed');
    return {
      tally: this.tally,
      faults: this.faults,
      seconds: (performance.now() - this.started) / 1_000,
      bystander: await bystander.stops(),
      memoryMib: { first, last },
    };
  }

  /** @returns MiB that were resident when a fifth was done: what is bounded had been filled by then. */
  private async attackAll(foreign: Fields, secret: string): Promise<number> {
    this.started = performance.now();
    this.left = this.options.frames;
    let first: number | undefined;
    const watch = setInterval(() => {
      const isFilled = this.left < this.options.frames * 0.8;
      if (isFilled) first ??= residentMib(this.node.pid);
    }, 100);
    await times(ATTACKERS, (n) => this.attack(n, foreign, secret)).finally(() => clearInterval(watch));
    return first ?? residentMib(this.node.pid);
  }

  /** In each attacker's own order, whatever the others do: the same seed sends the same. */
  private async attack(number: number, foreign: Fields, secret: string): Promise<void> {
    const attacker = this.person(`Mallory ${number}`);
    const random = new SeededRandom(this.options.seed * ATTACKERS + number);
    const fields = await fieldsOf(attacker, this.person('Trudy'), 'mine');
    const share = { number, of: ATTACKERS };
    const frames = new EventFrames(this.document, random, fields, foreign, share);
    const [device, thrownAway] = [await FuzzedDevice.of(attacker), await FuzzedDevice.of(attacker)];
    let own = Math.ceil(this.options.frames / ATTACKERS);
    await times(IN_FLIGHT, async () => {
      while (own-- > 0 && !this.isOver) {
        this.left--;
        const isRaw = random.below(RAW_ONE_IN) === 0;
        if (isRaw) await this.attackRaw(attacker, new SeededRandom(random.below(2 ** 31)));
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

  private async attackRaw(attacker: Person, random: SeededRandom): Promise<void> {
    const attack = random.oneOf(RAW_ATTACKS);
    const port = Number(new URL(this.url).port);
    try {
      const connection = await attack.run(port, attacker.token, random);
      await connection.heardAnything();
      const { heard } = connection;
      if (/HTTP\/1\.1 5|"status":5/.test(heard)) this.blame(attack.name, heard.slice(-500));
      this.tally.add(attack.name, connection.isOpen ? 'heard out' : 'cut');
      connection.ends();
    } catch (error) {
      this.blame(attack.name, String(error));
    }
  }

  private get isOver(): boolean {
    return performance.now() - this.started > this.options.seconds * 1_000;
  }

  private blame(what: string, why: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(`${what.slice(0, 300)}: ${why.slice(0, 500)}`);
  }

  private person(name: string): Person {
    return new Person({ name, id: this.world.person(name).id, tenantId: null }, [this.url]);
  }
}

/** What `person` can name: a conversation of theirs with `other`, a message in it, and how much of it all they know. */
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
    since: (await person.syncs()).body.next,
    userIds: [other.id],
  };
}

function residentMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1_024) / MIB;
}
