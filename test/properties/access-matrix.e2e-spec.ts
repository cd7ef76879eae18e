import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Outcome, outcomeFor } from '../support/openapi/access/access-rules';
import { type CallerName, CALLER_NAMES, CALLERS } from '../support/openapi/access/callers';
import { requestOf } from '../support/openapi/access/casting';
import { matrixPage } from '../support/openapi/access/matrix-page';
import { Contract } from '../support/openapi/contract';
import { OpenApiDocument } from '../support/openapi/document';
import { type Draft, inWords } from '../support/openapi/draft';
import { RECIPES } from '../support/openapi/recipes';
import { Stored } from '../support/openapi/stored';
import { toAnswer, Wire, type WireAnswer } from '../support/openapi/wire';
import { told } from '../support/told';
import { World } from '../support/world';

const PAGE = resolve(__dirname, '../../docs/access-matrix.md');
const OPERATIONS = Object.keys(RECIPES);

describe('who may do what', () => {
  let world: World;
  let wire: Wire;
  let document: OpenApiDocument;
  let contract: Contract;
  let stored: Stored;
  beforeAll(async () => {
    world = await World.start();
    const [url = ''] = world.nodeUrls;
    wire = new Wire(url);
    document = await OpenApiDocument.of(url);
    contract = new Contract(document);
    stored = await Stored.in(world.database);
  });
  afterAll(async () => {
    await Promise.all([wire.close(), stored.end()]);
    await world.stop();
  });

  it.each(OPERATIONS)(
    'T01 T30 is as the document says, for every kind of caller, and the refused change nothing: %s',
    async (id) => {
      const operation = document.find(id);
      const traceIds: string[] = [];
      const outcomes = await forAll(CALLER_NAMES, async (caller) => {
        const draft = await requestOf(caller, operation, world);
        const answer = await wire.send(draft);
        const outcome = outcomeOf(draft, answer);
        if (outcome !== 'ok') traceIds.push(answer.traceId ?? '');
        return outcome;
      });
      expect([...(await stored.changesOf(traceIds))]).toEqual([]);
      expect(outcomes).toEqual(
        Object.fromEntries(CALLER_NAMES.map((caller) => [caller, outcomeFor(operation, CALLERS[caller])])),
      );
    },
  );

  it.each(OPERATIONS.filter((id) => id.includes('{conversationId}')))(
    'T01 T26 tells outsiders nothing, not even that there is a conversation: %s',
    async (id) => {
      const operation = document.find(id);
      const outsiders = CALLER_NAMES.filter(
        (caller) => outcomeFor(operation, CALLERS[caller]) === 'conversation_not_found',
      );
      expect(outsiders).not.toEqual([]);
      await forAll(outsiders, async (caller) => {
        const draft = await requestOf(caller, operation, world);
        const [real, none] = await wire.sendAll([draft, elsewhere(draft, 'conversationId', randomUUID())]);
        expect(told(toAnswer(real as WireAnswer))).toEqual(told(toAnswer(none as WireAnswer)));
      });
    },
  );

  it.each(OPERATIONS.filter((id) => id.includes('{messageId}')))(
    'T02 tells members nothing of messages of other conversations, not even that there are any: %s',
    async (id) => {
      const [draft, other] = await Promise.all([
        requestOf('concerned', document.find(id), world),
        requestOf('concerned', document.find(id), world),
      ]);
      const [real, none] = await wire.sendAll([
        elsewhere(draft, 'messageId', other.path['messageId'] ?? ''),
        elsewhere(draft, 'messageId', randomUUID()),
      ]);
      expect(real?.status).toBe(404);
      expect(told(toAnswer(real as WireAnswer))).toEqual(told(toAnswer(none as WireAnswer)));
    },
  );

  it('is written down', async () => {
    const page = matrixPage(document.operations);
    if (process.env['WRITE_ACCESS_MATRIX'] !== undefined) await writeFile(PAGE, page);
    expect(await readFile(PAGE, 'utf8')).toBe(page);
  });

  /** @throws Error when the answer is not one of the contract. */
  function outcomeOf(draft: Draft, answer: WireAnswer): Outcome {
    const breaches = contract.breaches(draft, answer);
    if (breaches.length > 0) throw new Error(`${breaches.join('; ')}\n${inWords(draft)}\n${answer.text}`);
    return answer.status < 300 ? 'ok' : (JSON.parse(answer.text) as { code: Outcome }).code;
  }
});

async function forAll<T>(
  callers: readonly CallerName[],
  ask: (caller: CallerName) => Promise<T>,
): Promise<Partial<Record<CallerName, T>>> {
  const answers = await Promise.all(callers.map(async (caller) => [caller, await ask(caller)] as const));
  return Object.fromEntries(answers);
}

function elsewhere(draft: Draft, parameter: string, value: string): Draft {
  return { ...draft, path: { ...draft.path, [parameter]: value } };
}
