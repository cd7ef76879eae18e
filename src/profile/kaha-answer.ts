import { isHttpsUrl, isPlainObject } from '../common/validation';
import { displayableName } from './displayable-name';
import type { KahaBatch } from './kaha-batch';
import { placeholderBusinessName, placeholderUserName } from './placeholder-name';
import { ProfileSourceUnavailable, type UpstreamProfile, type UpstreamProfiles } from './profile-source';

interface KahaProfile {
  readonly uuid: string;
  readonly name: string;
  readonly avatarUrl: string | null;
}

/**
 * Reads the body of a batch answer, trusting nothing in it: only ids that were asked for are taken over.
 *
 * A wrong shape condemns the whole answer, since what wrote it was not kaha-main-v3 in good health. A value
 * that is merely unusable (a blank name, an `http:` picture) costs that profile only that value: one odd
 * account must not take a whole inbox with it.
 *
 * @throws ProfileSourceUnavailable when the body is not of the contract's shape.
 */
export function readKahaAnswer(body: Uint8Array, asked: KahaBatch): UpstreamProfiles {
  const answer = parseJson(body);
  if (!isPlainObject(answer)) throw unexpected('the answer is not an object');
  return {
    users: askedProfiles('users', answer['users'], asked.user_uuids, placeholderUserName),
    businesses: askedProfiles(
      'businesses',
      answer['businesses'],
      asked.business_uuids,
      placeholderBusinessName,
    ),
  };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    // The parser's message quotes the body, which may hold names: it must not reach the log as a cause.
    throw unexpected('the answer is not JSON');
  }
}

function askedProfiles(
  field: string,
  entries: unknown,
  asked: readonly string[],
  nameFor: (id: string) => string,
): Map<string, UpstreamProfile> {
  if (!Array.isArray(entries)) throw unexpected(`${field} is not a list`);
  const wanted = new Set(asked);
  const found = new Map<string, UpstreamProfile>();
  for (const [index, entry] of entries.entries()) {
    const { uuid, name, avatarUrl } = profileIn(entry, `${field}[${index}]`);
    const id = uuid.toLowerCase();
    if (!wanted.has(id) || found.has(id)) continue;
    found.set(id, {
      id,
      name: displayableName(name) || nameFor(id),
      avatarUrl: avatarUrl !== null && isHttpsUrl(avatarUrl) ? avatarUrl : null,
    });
  }
  return found;
}

function profileIn(entry: unknown, path: string): KahaProfile {
  if (!isPlainObject(entry)) throw unexpected(`${path} is not an object`);
  // Upstreams differ in how they write "none": null, or no field at all.
  const { uuid, name, avatar_url: avatarUrl = null } = entry;
  if (typeof uuid !== 'string') throw unexpected(`${path}.uuid is not a string`);
  if (typeof name !== 'string') throw unexpected(`${path}.name is not a string`);
  if (avatarUrl !== null && typeof avatarUrl !== 'string') {
    throw unexpected(`${path}.avatar_url is neither a string nor null`);
  }
  return { uuid, name, avatarUrl };
}

function unexpected(what: string): ProfileSourceUnavailable {
  return new ProfileSourceUnavailable(what);
}
