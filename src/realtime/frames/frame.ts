import { parseBoundedJson } from '../../common/bounded-json';
import { isPlainObject } from '../../common/validation';
import { isUuid } from '../../common/uuid';
import type { Delivery } from '../fanout/delivery';
import { isLiveEvent, type LivePacket } from '../fanout/live-packet';

/** Raised when nodes of the version before could misunderstand a frame. They skip it, and so see a gap. */
const VERSION = 1;
const LONGEST_FRAME = 8 * 1024 * 1024;

/**
 * What a node tells all others.
 * - `changes` takes the number after the last one, also when it could not be published: whoever does not
 *   receive it sees that a number is missing.
 * - `beat` says every second what the last number was, so that a loss shows although nothing follows it, and
 *   so that a node that fell silent can be told from one that has nothing to say.
 * - `bye` is the last of a node that ends in good order.
 */
export interface Frame {
  /** A run of a process: made anew at each start, so that its numbers never begin again. */
  readonly node: string;
  readonly n: number;
  readonly kind: 'changes' | 'beat' | 'bye';
  readonly deliveries: readonly Delivery[];
}

export function encodeFrame(frame: Frame): string {
  return JSON.stringify({ v: VERSION, ...frame });
}

/** @returns undefined for what is no frame. Everybody who reaches Redis can write there: nothing is believed. */
export function decodeFrame(text: string): Frame | undefined {
  const frame = parseBoundedJson(text, LONGEST_FRAME);
  if (!isPlainObject(frame) || frame.v !== VERSION) return undefined;
  const { node, n, kind, deliveries } = frame;
  if (!isUuid(node) || !isCount(n) || !isKind(kind) || !Array.isArray(deliveries)) return undefined;
  const read = deliveries.map(readDelivery);
  return read.includes(undefined) ? undefined : { node, n, kind, deliveries: read as Delivery[] };
}

function readDelivery(value: unknown): Delivery | undefined {
  if (!isPlainObject(value)) return undefined;
  const { tenantId, conversationId, rev, ordered, sincePreviousMs, audience, packet } = value;
  if (!isUuid(tenantId) || !isUuid(conversationId) || !isCount(rev)) return undefined;
  if (typeof sincePreviousMs !== 'number' || typeof ordered !== 'boolean') return undefined;
  if (!Array.isArray(audience) || !audience.every(isUuid)) return undefined;
  const known = readPacket(packet);
  if (known === undefined) return undefined;
  return { tenantId, conversationId, rev, ordered, sincePreviousMs, audience, packet: known };
}

/** @returns null also for an event only a newer node knows of: it has its place in the order all the same. */
function readPacket(value: unknown): LivePacket | null | undefined {
  if (value === null) return null;
  if (!isPlainObject(value) || !isPlainObject(value.payload)) return undefined;
  return isLiveEvent(value.event) ? { event: value.event, payload: value.payload } : null;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isKind(value: unknown): value is Frame['kind'] {
  return value === 'changes' || value === 'beat' || value === 'bye';
}
