import type { Operation } from '../support/openapi/document';
import { fieldMutations } from '../support/openapi/mutations/field-mutations';
import { foreignMutations } from '../support/openapi/mutations/foreign-mutations';
import { headerMutations } from '../support/openapi/mutations/header-mutations';
import { bodyMutations, unknownInputMutations } from '../support/openapi/mutations/input-mutations';
import { AS_DOCUMENTED, type Mutation, WHOLE_BODY } from '../support/openapi/mutations/mutation';
import { combination, madeUp } from '../support/openapi/mutations/random-mutations';
import { RECIPES } from '../support/openapi/recipes';
import { SeededRandom } from '../support/openapi/seeded-random';
import { setStage, type Stage, validDrafts } from '../support/openapi/stage';
import { Trial } from '../support/openapi/trial';
import { World } from '../support/world';

/** Another one tries other combinations: `PROPERTY_SEED=2 npx jest --selectProjects e2e -- test/properties`. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? 1);
const COMBINATIONS = 30;

const OPERATIONS = Object.keys(RECIPES);

type Rule = (operation: Operation, stage: Stage) => Mutation[];

const FIELDS = 'T16 where a field is not what it should be';
const RULES = {
  [FIELDS]: fieldMutations,
  'T02 where an id is not of what it is about': (operation, { foreign }) =>
    foreignMutations(operation, foreign),
  'T03 where nobody asked for something': unknownInputMutations,
  'T12 where its body is no object of JSON': bodyMutations,
  'T09 T12 where a header says what is not so': headerMutations,
} satisfies Record<string, Rule>;
const SEVERAL = `where several things are wrong at once (seed ${SEED})`;

describe('a request', () => {
  let world: World;
  let trial: Trial;
  let stage: Stage;
  let mutations: ReadonlyMap<string, Readonly<Record<string, Mutation[]>>>;
  beforeAll(async () => {
    world = await World.start({ nodes: 2 });
    trial = await Trial.in(world);
    stage = await setStage(world);
    mutations = new Map(
      trial.document.operations.map((operation) => [operation.id, mutationsOf(operation, stage)]),
    );
  });
  afterAll(async () => {
    await trial.end();
    await world.stop();
  });

  it('is tried for every operation of the document, and no other', () => {
    const documented = trial.document.operations.map(({ id }) => id);
    expect(documented.toSorted()).toEqual(OPERATIONS.toSorted());
  });

  // These come first: of what the others do, some goes on by itself (messages expire).
  describe.each([...Object.keys(RULES), SEVERAL])(
    'is refused by the contract, and leaves nothing behind, %s:',
    (rule) => {
      it.each(OPERATIONS)('%s', async (id) => {
        const [draft, ...variants] = validDrafts(trial.document.find(id), stage);
        const ofRule = mutations.get(id)?.[rule] ?? [];
        const complaints = [
          ...(await trial.ofHopeless([draft], ofRule)),
          ...(rule === FIELDS ? await trial.ofHopeless(variants, ofRule.filter(isOfBody)) : []),
        ];
        expect(complaints).toEqual([]);
      });
    },
  );

  describe('is answered by the contract, whatever is in it:', () => {
    it.each(OPERATIONS)('%s', async (id) => {
      const [draft, ...variants] = validDrafts(trial.document.find(id), await setStage(world));
      const { [FIELDS]: ofFields = [], ...others } = mutations.get(id) ?? {};
      const complaints = [
        ...(await trial.ofOthers([draft, ...variants], [AS_DOCUMENTED])),
        ...(await trial.ofOthers([draft], [...ofFields, ...Object.values(others).flat()])),
        ...(await trial.ofOthers(variants, ofFields.filter(isOfBody))),
      ];
      expect(complaints).toEqual([]);
    });
  });

  it('T16 has put nothing into the objects that all others are made from', () => {
    expect({}).not.toHaveProperty('polluted');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});

/** With which other fields it comes makes a difference to a field of the body, and to nothing else. */
function isOfBody({ part }: Mutation): boolean {
  return part.startsWith(WHOLE_BODY);
}

/** By rule. */
function mutationsOf(operation: Operation, stage: Stage): Record<string, Mutation[]> {
  const single = Object.entries(RULES).map(([rule, make]) => [rule, make(operation, stage)] as const);
  const random = new SeededRandom(SEED);
  const choices = single.flatMap(([, mutations]) => mutations);
  const several = Array.from({ length: COMBINATIONS }, () =>
    combination([...choices, ...madeUp(operation, random)], random),
  );
  return { ...Object.fromEntries(single), [SEVERAL]: several };
}
