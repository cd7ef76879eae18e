import { parseBoundedJson } from '../../common/bounded-json';
import { isUuid } from '../../common/uuid';
import { isPlainObject } from '../../common/validation';

/** Raised when nodes of the version before could misunderstand a frame. They skip it. */
const VERSION = 1;
const LONGEST_FRAME = 1024 * 1024;
const MOST_LISTENERS = 1_000;

/** The longest that anybody types without saying so again, milliseconds. */
export const TYPING_MS = 5_000;

/** Somebody types, or has stopped. */
export interface TypingNews {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly userId: string;
  /** Who hears it. */
  readonly audience: readonly string[];
  /** How much longer, if nothing else is heard; 0: no longer. */
  readonly forMs: number;
  /** They ended it by parting: whoever heard it begin hears it end, though they may hear nothing more. */
  readonly parted?: true;
}

export interface TypingFrame {
  readonly node: string;
  readonly typing: readonly TypingNews[];
}

export function encodeTyping({ node, typing }: TypingFrame): string {
  return JSON.stringify({ v: VERSION, node, typing });
}

/** @returns undefined for what is no frame. Everybody who reaches Redis can write there: nothing is believed. */
export function decodeTyping(text: string): TypingFrame | undefined {
  const frame = parseBoundedJson(text, LONGEST_FRAME);
  if (!isPlainObject(frame) || frame.v !== VERSION) return undefined;
  const { node, typing } = frame;
  if (!isUuid(node) || !Array.isArray(typing)) return undefined;
  const read = typing.map(readNews);
  return read.includes(undefined) ? undefined : { node, typing: read as TypingNews[] };
}

function readNews(value: unknown): TypingNews | undefined {
  if (!isPlainObject(value)) return undefined;
  const { tenantId, conversationId, userId, audience, forMs, parted } = value;
  if (!isUuid(tenantId) || !isUuid(conversationId) || !isUuid(userId)) return undefined;
  if (!Array.isArray(audience) || audience.length > MOST_LISTENERS || !audience.every(isUuid))
    return undefined;
  if (typeof forMs !== 'number' || !(forMs >= 0 && forMs <= TYPING_MS)) return undefined;
  return { tenantId, conversationId, userId, audience, forMs, ...(parted === true && { parted }) };
}
