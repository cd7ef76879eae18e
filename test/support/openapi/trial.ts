import { Contract } from './contract';
import { OpenApiDocument } from './document';
import { type Draft, inWords } from './draft';
import type { Mutation, Verdict } from './mutations/mutation';
import { Stored } from './stored';
import { Wire, type WireAnswer } from './wire';
import type { World } from '../world';

/** A request, what was done to it, and what came of it. */
interface Try {
  readonly what: string;
  readonly verdict: Verdict;
  readonly draft: Draft;
  readonly answer: WireAnswer;
}

/** Sends requests to all nodes of a world in turn, and complains of what must not be. */
export class Trial {
  private constructor(
    readonly document: OpenApiDocument,
    private readonly contract: Contract,
    private readonly wires: readonly Wire[],
    private readonly stored: Stored,
  ) {}

  static async in(world: World): Promise<Trial> {
    const [url = ''] = world.nodeUrls;
    const document = await OpenApiDocument.of(url);
    const wires = world.nodeUrls.map((nodeUrl) => new Wire(nodeUrl));
    return new Trial(document, new Contract(document), wires, await Stored.in(world.database));
  }

  async end(): Promise<void> {
    await Promise.all([...this.wires.map((wire) => wire.close()), this.stored.end()]);
  }

  /**
   * Does to each of the requests, one by one, those of `mutations` after which it can not be right.
   *
   * @returns complaints: of answers, and of anything at all that is stored otherwise than before.
   */
  async ofHopeless(drafts: readonly Draft[], mutations: readonly Mutation[]): Promise<string[]> {
    const before = await this.stored.rows();
    const tries = await this.tryAll(drafts, mutations.filter(isHopeless));
    const after = await this.stored.rows();
    return [
      ...tries.flatMap((attempt) => this.complaintsAbout(attempt)),
      ...Object.keys(after)
        .filter((table) => before[table] !== after[table])
        .map((table) => `${table}: ${before[table]} became ${after[table]}`),
    ];
  }

  /**
   * Does the others of `mutations` to each of the requests, one by one. What comes of them is for the service to say.
   *
   * @returns complaints: of answers, and of events that were recorded for what was refused.
   */
  async ofOthers(drafts: readonly Draft[], mutations: readonly Mutation[]): Promise<string[]> {
    const tries = await this.tryAll(
      drafts,
      mutations.filter((mutation) => !isHopeless(mutation)),
    );
    return [
      ...tries.flatMap((attempt) => this.complaintsAbout(attempt)),
      ...(await this.changesDespiteRefusal(tries)),
    ];
  }

  private async tryAll(drafts: readonly Draft[], mutations: readonly Mutation[]): Promise<Try[]> {
    const attempts = drafts.flatMap((draft) =>
      mutations.map(({ what, verdict, applyTo }) => ({ what, verdict, draft: applyTo(draft) })),
    );
    const shares = this.wires.map((wire, node) => {
      const share = attempts.filter((_attempt, index) => index % this.wires.length === node);
      return wire
        .sendAll(share.map((attempt) => attempt.draft))
        .then((answers) =>
          answers.map((answer, index): Try => ({ ...(share[index] as (typeof share)[0]), answer })),
        );
    });
    return (await Promise.all(shares)).flat();
  }

  private complaintsAbout({ what, verdict, draft, answer }: Try): string[] {
    const complaints = this.contract.breaches(draft, answer);
    if (verdict === 'refused' && !isRefusal(answer)) complaints.push('was not refused');
    if (verdict === 'taken' && isRefusal(answer)) complaints.push('was refused');
    if (complaints.length === 0) return [];
    const said = `${answer.status} ${answer.text.slice(0, 300)}`;
    return [`${what}: ${complaints.join('; ')}\n    ${inWords(draft)}\n    ${said}`];
  }

  private async changesDespiteRefusal(tries: readonly Try[]): Promise<string[]> {
    const refused = tries.filter(({ answer }) => isRefusal(answer));
    const traceIds = refused.flatMap(({ answer }) => answer.traceId ?? []);
    const changed = await this.stored.changesOf(traceIds);
    return refused
      .filter(({ answer }) => answer.traceId !== undefined && changed.has(answer.traceId))
      .map(({ what, draft }) => `${what}: was refused, and changed something\n    ${inWords(draft)}`);
  }
}

function isRefusal({ status }: WireAnswer): boolean {
  return status >= 400;
}

function isHopeless({ verdict }: Mutation): boolean {
  return verdict === 'refused';
}
