import { isPlainObject } from '../../common/validation';
import { isUuid } from '../../common/uuid';
import type { Profile } from '../../profile';
import type { ProfileKind } from './profile-audience.repository';

/** What nodes tell each other of a profile. Each finds out by itself who may hear of it. */
export interface ProfileFrame {
  /** Whoever says it: it has told its own sockets itself. */
  readonly node: string;
  readonly tenantId: string;
  readonly kind: ProfileKind;
  readonly profile: Profile;
}

const LONGEST_FRAME = 1024 * 1024;

/** @returns undefined for what is no frame. Everybody who reaches Redis can write there: nothing is believed. */
export function decodeProfileFrame(text: string): ProfileFrame | undefined {
  const frame = parse(text);
  if (!isPlainObject(frame) || !isPlainObject(frame['profile'])) return undefined;
  const { node, tenantId, kind } = frame;
  const { id, name, avatarUrl, stale, asOf } = frame['profile'];
  if (!isUuid(node) || !isUuid(tenantId) || (kind !== 'user' && kind !== 'business')) return undefined;
  if (!isUuid(id) || typeof name !== 'string' || typeof stale !== 'boolean') return undefined;
  if (!isTextOrNull(avatarUrl) || !isTextOrNull(asOf)) return undefined;
  return { node, tenantId, kind, profile: { id, name, avatarUrl, stale, asOf } };
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}

function parse(text: string): unknown {
  if (text.length > LONGEST_FRAME) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
