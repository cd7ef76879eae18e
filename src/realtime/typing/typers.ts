/** What a process knows of its own people's typing, and others need not. */
export interface OwnTyping {
  /** That of the last `typing_start`. */
  socketId: string;
  /** When it was last asked whether they may. */
  askedAt: number;
  /** What the other processes were told last, and when. */
  saidUntil: number;
  saidAt: number;
}

export interface Typer {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly userId: string;
  /** Who hears it. */
  audience: readonly string[];
  until: number;
  /** undefined: told by another process. */
  own: OwnTyping | undefined;
}

/** Nobody needs to see more at once; what is beyond is not told. */
const MOST_TYPERS = 10_000;

/** Who is typing where, as far as it is known here. Knows no clock: times are given to it. */
export class Typers {
  private readonly conversations = new Map<string, Map<string, Typer>>();
  private count = 0;

  get isEmpty(): boolean {
    return this.count === 0;
  }

  get isFull(): boolean {
    return this.count >= MOST_TYPERS;
  }

  find(conversationId: string, userId: string): Typer | undefined {
    return this.conversations.get(conversationId)?.get(userId);
  }

  add(typer: Typer): void {
    const there = this.conversations.get(typer.conversationId) ?? new Map<string, Typer>();
    if (!there.has(typer.userId)) this.count++;
    this.conversations.set(typer.conversationId, there.set(typer.userId, typer));
  }

  /** @returns who was typing, and is not any more; undefined when they were not. */
  remove(conversationId: string, userId: string): Typer | undefined {
    const there = this.conversations.get(conversationId);
    const typer = there?.get(userId);
    if (there === undefined || typer === undefined) return undefined;
    there.delete(userId);
    this.count--;
    if (there.size === 0) this.conversations.delete(conversationId);
    return typer;
  }

  in(conversationId: string): Typer[] {
    return [...(this.conversations.get(conversationId)?.values() ?? [])];
  }

  all(): Typer[] {
    return [...this.conversations.values()].flatMap((there) => [...there.values()]);
  }

  /** Those whose time is over. */
  takeOver(now: number): Typer[] {
    const over = this.all().filter(({ until }) => until <= now);
    for (const { conversationId, userId } of over) this.remove(conversationId, userId);
    return over;
  }
}
