import type { Operation } from '../document';
import type { SeededRandom } from '../seeded-random';
import { bodyFieldMutation, fieldsIn } from './field-mutations';
import { type Mutation, WHOLE_BODY } from './mutation';

const MOST_AT_ONCE = 4;

/** Several things at once that are each done to another part; the whole is wrong where one of them is. */
export function combination(mutations: readonly Mutation[], random: SeededRandom): Mutation {
  const chosen: Mutation[] = [];
  for (let n = random.below(MOST_AT_ONCE) + 1; n > 0; n--) {
    const next = random.oneOf(mutations);
    if (!chosen.some(({ part }) => overlap(part, next.part))) chosen.push(next);
  }
  return {
    what: chosen.map(({ what }) => what).join(' & '),
    part: 'several',
    verdict: chosen.some(({ verdict }) => verdict === 'refused') ? 'refused' : 'either',
    applyTo: (draft) => chosen.reduce((changed, { applyTo }) => applyTo(changed), draft),
  };
}

function overlap(one: string, other: string): boolean {
  const isBody = (part: string): boolean => part.startsWith(WHOLE_BODY);
  return one === other || (isBody(one) && isBody(other) && (one === WHOLE_BODY || other === WHOLE_BODY));
}

/** A field of the body with a value that nobody would think of. */
export function madeUp({ body }: Operation, random: SeededRandom): Mutation[] {
  return (body === undefined ? [] : fieldsIn(body)).map((field) =>
    bodyFieldMutation(field, madeUpJson(random, 3)),
  );
}

function madeUpJson(random: SeededRandom, depth: number): string {
  const list = (make: () => string): string => Array.from({ length: random.below(4) }, make).join();
  switch (random.below(depth > 0 ? 6 : 4)) {
    case 0:
      return random.oneOf(['null', 'true', 'false']);
    case 1:
      return String((random.next() - 0.5) * 10 ** random.below(20));
    case 2:
      return String(random.below(2 ** 31));
    case 3:
      return madeUpText(random);
    case 4:
      return `[${list(() => madeUpJson(random, depth - 1))}]`;
    default:
      return `{${list(() => `${madeUpText(random)}:${madeUpJson(random, depth - 1)}`)}}`;
  }
}

/** Of any units of UTF-16, halves of pairs and all. */
function madeUpText(random: SeededRandom): string {
  const ranges = [0x20, 0x80, 0x800, 0x10000];
  const units = Array.from({ length: random.below(12) }, () => random.below(random.oneOf(ranges)));
  return JSON.stringify(String.fromCharCode(...units));
}
