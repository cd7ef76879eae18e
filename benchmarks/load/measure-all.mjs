import { step } from '../../scripts/run/progress.mjs';
import { interleaved } from '../measure/rounds.mjs';
import { rounded } from '../run/report.mjs';

const WARM_UP_SECONDS = 6;
const WARM_UP_IN_FLIGHT = 64;

/**
 * @typedef {import('./generator.mjs').Load & { name: string, subject: string, floor?: string }} Case `floor` names
 * the case that this one is compared with
 *
 * @param {object} plan
 * @param {Record<string, import('./generator.mjs').Generator>} plan.subjects what is measured, by name
 * @param {Case[]} plan.cases
 * @param {ReturnType<typeof import('../run/options.mjs').readOptions>} plan.options
 * @param {import('../../scripts/run/teardown.mjs').Teardown} plan.teardown
 * @returns {Promise<{ name: string, floor?: string, median: object, runs: object[] }[]>}
 */
export async function measureAll({ subjects, cases, options, teardown }) {
  for (const [name, generator] of Object.entries(subjects)) {
    teardown.add(() => generator.close());
    await step(`Everybody connects to the ${name}`, () => generator.connect());
  }
  const chosen = cases.filter(({ name }) => options.only.test(name));
  await step('Warm-up', () => warmUp(subjects, chosen));
  const results = await interleaved(chosen, options.rounds, (load, round) =>
    step(
      `${round + 1}/${options.rounds} ${load.name}`,
      () => subjects[load.subject].measure(load, options.seconds),
      ({ acceptedPerSecond, sendToDeliveredMs }) =>
        `${rounded(acceptedPerSecond)}/s, p99 ${rounded(sendToDeliveredMs.p99, 1)} ms`,
    ),
  );
  return chosen.map(({ name, floor }, at) => ({ name, floor, ...results[at] }));
}

/** Node has compiled nothing yet: its first thousands of messages cost many times what all later ones do. */
async function warmUp(subjects, cases) {
  const kinds = new Map(cases.map((load) => [`${load.subject} ${load.door} ${load.conversations}`, load]));
  for (const { subject, door, conversations } of kinds.values())
    await subjects[subject].measure({ door, conversations, inFlight: WARM_UP_IN_FLIGHT }, WARM_UP_SECONDS);
}
