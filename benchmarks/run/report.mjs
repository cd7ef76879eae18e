import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { inProject } from '../../scripts/run/project.mjs';

/**
 * Shows what a benchmark found, and keeps it under benchmarks/results: the table to read, the figures of every run
 * to compare with. Neither names the machine or a path on it.
 *
 * @param {object} report
 * @param {string} report.name of the files
 * @param {string} report.title
 * @param {Record<string, unknown>} report.conditions
 * @param {string[]} report.notes what a reader has to know
 * @param {{ columns: string[], rows: string[][] }[]} report.tables
 * @param {unknown} report.figures
 * @param {boolean} isKept
 */
export function report({ name, title, conditions, notes, tables, figures }, isKept) {
  const all = { ...conditions, loadAverageAfter: loadavg().map((load) => Math.round(load * 100) / 100) };
  const text = [
    `# ${title}`,
    Object.entries(all)
      .map(([condition, value]) => `- ${condition}: ${inWords(value)}`)
      .join('\n'),
    notes.join('\n'),
    ...tables.map(table),
  ].join('\n\n');
  console.log(`\n${text}\n`);
  if (!isKept) return console.log('Tried out: nothing was written to benchmarks/results.');

  const folder = inProject('benchmarks', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/${name}.md`, `${text}\n`);
  writeFileSync(
    `${folder}/${name}.json`,
    `${JSON.stringify({ title, conditions: all, notes, figures }, null, 2)}\n`,
  );
  console.log(`Kept as benchmarks/results/${name}.md and .json`);
}

/** @param {number | null} value */
export function rounded(value, digits = 0) {
  return value === null
    ? '–'
    : value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function table({ columns, rows }) {
  const widths = columns.map((column, at) => Math.max(column.length, ...rows.map((row) => row[at].length)));
  const line = (cells) => `| ${cells.map((cell, at) => pad(cell, widths[at], at)).join(' | ')} |`;
  return [
    line(columns),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}

/** The first column names, the others count. */
function pad(cell, width, at) {
  return at === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function inWords(value) {
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, one]) => `${name} ${one}`)
    .join(', ');
}
