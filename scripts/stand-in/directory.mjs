import { readFileSync } from 'node:fs';
import { Failure } from '../run/failure.mjs';

/** Everybody kaha-main-v3 knows here, in its own form. */
export const directory = JSON.parse(readFileSync(new URL('./directory.json', import.meta.url), 'utf8'));

/** The people as they are called on the command line: by their first name. */
export const people = directory.users.map(({ uuid, name }) => ({
  uuid,
  name,
  nick: name.split(' ', 1)[0].toLowerCase(),
}));

/** @param {string} nick */
export function person(nick) {
  const found = people.find((one) => one.nick === nick?.toLowerCase());
  if (found) return found;
  throw new Failure(
    `Nobody here is called "${nick ?? ''}". There are ${people.map((one) => one.nick).join(', ')}.`,
  );
}
