import { parseBoundedJson } from '../common/bounded-json';
import type { Actor } from '../common/actor';
import { isUuid } from '../common/uuid';
import { isPlainObject } from '../common/validation';

/** Raised when processes of the version before could misunderstand a frame. They skip it. */
const VERSION = 1;
const LONGEST_FRAME = 1024 * 1024;

/**
 * - `came`: has a socket at the process that says so.
 * - `asked`: who has a socket of this person? Whoever does says `came`.
 * - `left`: nobody has one, after it was asked.
 * - `changed`: what others may see of this person may be something else now.
 */
export const NEWS_KINDS = ['came', 'asked', 'left', 'changed'] as const;
export type NewsKind = (typeof NEWS_KINDS)[number];

export interface News {
  /** The run of a process that says it. */
  readonly node: string;
  readonly kind: NewsKind;
  readonly people: readonly Actor[];
}

export function encodeNews({ node, kind, people }: News): string {
  return JSON.stringify({
    v: VERSION,
    node,
    kind,
    people: people.map(({ tenantId, userId }) => [tenantId, userId]),
  });
}

/** @returns undefined for what is no news. Everybody who reaches Redis can write there: nothing is believed. */
export function decodeNews(text: string): News | undefined {
  const frame = parseBoundedJson(text, LONGEST_FRAME);
  if (!isPlainObject(frame) || frame.v !== VERSION) return undefined;
  const { node, kind, people } = frame;
  if (!isUuid(node) || !isKind(kind) || !Array.isArray(people)) return undefined;
  const read = people.map(readPerson);
  return read.includes(undefined) ? undefined : { node, kind, people: read as Actor[] };
}

function readPerson(value: unknown): Actor | undefined {
  if (!Array.isArray(value)) return undefined;
  const [tenantId, userId] = value as unknown[];
  return isUuid(tenantId) && isUuid(userId) ? { tenantId, userId } : undefined;
}

function isKind(value: unknown): value is NewsKind {
  return (NEWS_KINDS as readonly unknown[]).includes(value);
}
