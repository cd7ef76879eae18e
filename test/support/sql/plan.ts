/** How Postgres went about a statement, as EXPLAIN ANALYZE tells it, without what is another number each time. */
export interface Plan {
  readonly text: string;
  /** By name, in alphabetical order. */
  readonly indexes: readonly string[];
  /** Tables and indexes read from end to end, in alphabetical order. */
  readonly readWhole: readonly string[];
  /** A single question is answered by gathering all there is to ask about. Which is chosen is a matter of luck. */
  readonly gathers: boolean;
  /** The most rows that any one node of it had to do with, also to throw them away. */
  readonly mostRows: number;
}

/** A step of a plan, or the head of a plan within the plan. */
interface Step {
  readonly depth: number;
  /** What it is, and then what it does. */
  readonly lines: string[];
  readonly below: Step[];
  rows: number;
  loops: number;
  /** It is over partitions of which some were left out before it began. */
  isCutShort: boolean;
}

const COSTS = / {2}\(cost=[^)]*\)(?: \((?:actual rows=([\d.]+) loops=(\d+)|never executed)\))?/;
const HEAD = /^ *(?:CTE|InitPlan|SubPlan) /;
const REMOVED_ROWS = /Rows Removed by [\w ]+: (\d+)/;
const REMOVED_PARTITIONS = /^ *Subplans Removed: /;
/** Lines that say what a step does. The others say what it took. */
const SAYS_WHAT =
  /^ *(?:(?:Index|Recheck|Hash|Merge|TID) Cond|(?:Join |One-Time |Conflict )?Filter|(?:Sort|Presorted|Group|Cache) Key|Order By|Conflict \w+(?: \w+)?|Function Call|Window|Disabled): /;

export function toPlan(explained: string): Plan {
  const steps = stepsOf(withoutMonths(explained).split('\n'));
  const texts = steps.map(({ lines }) => lines.join('\n'));
  return {
    text: steps.slice(0, 1).flatMap(told).join('\n'),
    indexes: found(texts, /(?:using|Bitmap Index Scan on) (\S+)/),
    readWhole: [
      ...found(texts, /Seq Scan on (\S+)/),
      ...found(
        texts.filter((text) => !text.includes('Index Cond:')),
        /Index (?:Only )?Scan (?:Backward )?(?:using|on) (\S+)/,
      ),
    ].sort(),
    gathers: texts.some((text) => text.includes('hashed SubPlan')),
    mostRows: Math.max(...steps.map(({ rows }) => rows)),
  };
}

/** Partitions and their indexes are called by their months, and numbered by how many of them matter today. */
function withoutMonths(explained: string): string {
  const text = explained.replaceAll(/\bmessages_\d{4}_\d{2}/g, 'messages_<month>');
  const aliases = found(text.split('\n'), / on messages_<month> (\w+?)_\d+\b/);
  return aliases.reduce(
    (renamed, alias) => renamed.replaceAll(new RegExp(`\\b${alias}_\\d+\\b`, 'g'), alias),
    text,
  );
}

/** All steps, the top one first; each also stands below the one it belongs to. */
function stepsOf(explained: readonly string[]): Step[] {
  const steps: Step[] = [];
  for (const line of explained) {
    const [isStep, perLoop = '0', loops = '0'] = COSTS.exec(line) ?? [];
    if (isStep === undefined && !HEAD.test(line)) {
      describe(steps.at(-1), line);
      continue;
    }
    const depth = line.search(/\S/);
    const step: Step = {
      depth,
      lines: [line.replace(COSTS, '')],
      below: [],
      rows: Math.round(Number(perLoop) * Number(loops)),
      loops: Number(loops),
      isCutShort: false,
    };
    steps.findLast((one) => one.depth < depth)?.below.push(step);
    steps.push(step);
  }
  return steps;
}

function describe(step: Step | undefined, line: string): void {
  if (step === undefined) return;
  step.rows += Number(REMOVED_ROWS.exec(line)?.[1] ?? 0) * step.loops;
  step.isCutShort ||= REMOVED_PARTITIONS.test(line);
  if (SAYS_WHAT.test(line)) step.lines.push(line);
}

/** What is done with one partition after the other is told once. */
function told({ lines, below, isCutShort }: Step): string[] {
  const isOverPartitions = /\bAppend$/.test(lines[0] ?? '');
  const different = below.filter((step, index) => {
    const before = below[index - 1];
    return !isOverPartitions || before === undefined || essence(step) !== essence(before);
  });
  const isTold = different.length === below.length && !isCutShort;
  const indent = ' '.repeat(below[0]?.depth ?? 0);
  return [
    ...lines,
    ...different.flatMap(told),
    ...(isTold ? [] : [`${indent}(and so on, for each partition)`]),
  ];
}

/** Of steps alike, the first one also has the plans within it. */
function essence({ lines, below }: Step): string {
  const plain = below.filter(({ lines: [head = ''] }) => !HEAD.test(head));
  return [...lines, ...plain.map(essence)].join('\n');
}

function found(texts: readonly string[], pattern: RegExp): string[] {
  return [...new Set(texts.flatMap((text) => pattern.exec(text)?.[1] ?? []))].sort();
}
