import { PROBLEMS } from '../../../../src/common/problem';
import type { Operation } from '../document';
import { type Outcome, outcomeFor } from './access-rules';
import { CALLER_NAMES, CALLERS } from './callers';

const HEAD = `\
<!-- Generated from the OpenAPI document; a test holds the service to it. To bring it up to date:
     WRITE_ACCESS_MATRIX=1 npx jest --selectProjects e2e -- test/properties/access-matrix -->

# Who may do what

What each operation answers to each kind of caller, where the request is right in itself. **yes** is any 2xx; 401 is \`unauthenticated\`, or \`token_expired\` for an expired token; 404 is \`conversation_not_found\`, and the same as for a conversation that does not exist. _The member concerned_ is the sender of the message, or the one whom the operation names.`;

/** `docs/access-matrix.md`, laid out as prettier does. */
export function matrixPage(operations: readonly Operation[]): string {
  const head = ['', ...CALLER_NAMES.map((caller) => CALLERS[caller].title)];
  const byPath = operations.toSorted((one, other) =>
    one.path < other.path ? -1 : one.path > other.path ? 1 : 0,
  );
  const rows = byPath.map((operation) => [
    `\`${operation.id}\``,
    ...CALLER_NAMES.map((caller) => inWords(outcomeFor(operation, CALLERS[caller]))),
  ]);
  return `${HEAD}\n\n${table([head, ...rows])}\n`;
}

function inWords(outcome: Outcome): string {
  if (outcome === 'ok') return 'yes';
  const { status } = PROBLEMS[outcome];
  return status === 401 || status === 404 ? String(status) : `${status} ${outcome}`;
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((_title, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}
