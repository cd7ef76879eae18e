import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Person } from '../chat-client';
import { SeededRandom } from '../openapi/seeded-random';
import type { World } from '../world';
import type { Action, History } from './history';
import { RecordedClient } from './recorded-client';

export interface LoadOptions {
  readonly seed: number;
  readonly users: number;
  /** Half of them direct ones, half groups of four, or of two where there are not enough. */
  readonly conversations: number;
  /** What everybody waits between two things they do, on average. */
  readonly thinkMs: number;
  /** How long a connection is kept. */
  readonly listenMs: readonly [least: number, most: number];
}

const GROUP = 4;
/** Of those who connect this many never leave by themselves. */
const STAYING = 0.3;
/** Of those who are about to do something so many are seen to type first. */
const TYPING = 0.2;
const FOR_EVER_MS = 2 ** 31 - 1;

interface Chat {
  readonly id: string;
  readonly members: readonly Person[];
  /** Who goes and comes, at the bidding of the first member. Direct ones have none. */
  readonly guest: Person | undefined;
}

/** People who write, edit, delete, read, come and go, at all nodes and by both doors. */
export class Load {
  readonly people: readonly Person[];
  private readonly clients: readonly RecordedClient[];
  private readonly stopping = new AbortController();
  private readonly givingUp = new AbortController();
  private busy: Promise<unknown> = Promise.resolve();
  private listening: Promise<unknown> = Promise.resolve();

  private constructor(
    history: History,
    people: readonly Person[],
    readonly chats: readonly Chat[],
    private readonly nodes: number,
    private readonly options: LoadOptions,
  ) {
    this.people = people;
    // Everybody waits for the end.
    setMaxListeners(0, this.stopping.signal, this.givingUp.signal);
    this.clients = people.map(
      (person, index) =>
        new RecordedClient(history, person, nodes, new SeededRandom(options.seed * 1_000 + index)),
    );
  }

  /** Makes the people and their conversations; nothing may be broken yet. */
  static async prepare(world: World, history: History, options: LoadOptions): Promise<Load> {
    const random = new SeededRandom(options.seed);
    const people = Array.from({ length: options.users }, (_, index) => world.person(`Person ${index}`));
    const chats: Chat[] = [];
    for (let index = 0; index < options.conversations; index++) {
      const size = index % 2 === 0 ? 2 : Math.min(GROUP, people.length);
      const members = shuffled(people, random).slice(0, size) as [Person, ...Person[]];
      const [founder, ...others] = members;
      const { id } =
        index % 2 === 0 ? await founder.chatWith(others[0] as Person) : await founder.groupWith(...others);
      if (chats.some((chat) => chat.id === id)) continue;
      chats.push({ id, members, guest: index % 2 === 0 ? undefined : others.at(-1) });
    }
    const load = new Load(history, people, chats, world.nodeUrls.length, options);
    for (const { following } of load.clients) await following.begin();
    return load;
  }

  /** The token with which each client began, by its id. */
  get firstTokens(): ReadonlyMap<string, string> {
    return new Map(this.clients.map(({ id, following }) => [id, following.firstToken]));
  }

  start(): void {
    this.listening = Promise.all(this.clients.map((client, index) => this.comeAndGo(client, index)));
    this.busy = Promise.all(this.clients.map((client, index) => this.live(client, index)));
  }

  /** Nothing new is begun; what is unknown is asked for until it is known, at most for so long. Listeners stay. */
  async stop(withinMs = 20_000): Promise<void> {
    this.stopping.abort();
    const timer = setTimeout(() => this.givingUp.abort(), withinMs);
    await Promise.all([this.busy, this.listening]);
    clearTimeout(timer);
  }

  /** Who is away in the end comes once more to ask. */
  catchUp(): void {
    for (const { listens, following } of this.clients) if (!listens) void following.catchUp();
  }

  leave(): void {
    for (const client of this.clients) client.leaves();
  }

  private async comeAndGo(client: RecordedClient, index: number): Promise<void> {
    const random = new SeededRandom(this.options.seed * 2_000 + index);
    const [least, most] = this.options.listenMs;
    while (!this.stopping.signal.aborted) {
      const ms = random.next() < STAYING ? FOR_EVER_MS : least + random.next() * (most - least);
      const wasIn = await client.listen(random.below(this.nodes), ms, this.stopping.signal);
      if (!wasIn) await this.think(100);
    }
  }

  private async live(client: RecordedClient, index: number): Promise<void> {
    const random = new SeededRandom(this.options.seed * 3_000 + index);
    const mine = this.chats.filter(({ members }) => members.some(({ id }) => id === client.id));
    const written: Written[] = [];
    while (mine.length > 0) {
      await this.think(this.options.thinkMs * 2 * random.next());
      if (this.stopping.signal.aborted) return;
      const chat = random.oneOf(mine);
      if (random.next() < TYPING) client.types(chat.id);
      const action = decide(random, chat, client, written);
      const { outcome } = await client.insist(action, this.givingUp.signal);
      if (action.kind === 'send' && outcome.message !== undefined) written.push(outcome.message);
      if (action.kind === 'remove' && outcome.phase === 'ok')
        await client.insist({ ...action, kind: 'add' }, this.givingUp.signal);
    }
  }

  private async think(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

interface Written {
  readonly id: string;
  readonly conversationId: string;
  readonly seq: number;
}

/** Of a hundred things: eighty are messages. */
function decide(
  random: SeededRandom,
  chat: Chat,
  client: RecordedClient,
  written: readonly Written[],
): Action {
  const { id: conversationId, guest, members } = chat;
  const said = written.filter((message) => message.conversationId === conversationId).at(-1);
  const kind = random.next();
  if (said !== undefined) {
    if (kind < 0.06)
      return { kind: 'edit', conversationId, messageId: said.id, content: `again ${randomUUID()}` };
    if (kind < 0.09) return { kind: 'delete', conversationId, messageId: said.id };
    if (kind < 0.17) return { kind: 'read', conversationId, seq: said.seq };
  }
  if (kind < 0.2 && guest !== undefined && members[0]?.id === client.id)
    return { kind: 'remove', conversationId, userId: guest.id };
  return { kind: 'send', conversationId, key: randomUUID(), content: `hello ${random.below(1_000_000)}` };
}

function shuffled<T>(items: readonly T[], random: SeededRandom): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
