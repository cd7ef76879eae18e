import { grouped, type Invariant } from './invariant';
import type { Attempt, SeenMessage } from '../history';

/** I1: what was acknowledged is there, and says what its sender, or the last editor, said. */
export const nothingLost: Invariant = ({ attempts }, { stored }) => {
  const byId = new Map(stored.map((message) => [message.id, message]));
  const changes = grouped(
    attempts.filter(({ action }) => action.kind === 'edit' || action.kind === 'delete'),
    ({ action }) => ('messageId' in action ? action.messageId : ''),
  );
  return attempts.flatMap(({ action, outcome }) => {
    if (action.kind !== 'send' || outcome.phase !== 'ok') return [];
    const id = outcome.message?.id ?? 'without an id';
    const message = byId.get(id);
    if (message === undefined) return [`${id} was acknowledged and is not there`];
    return faults(message, action.content, changes.get(id) ?? []);
  });
};

function faults(message: SeenMessage, original: string, changes: readonly Attempt[]): string[] {
  const deleted = message.deletedAt !== null;
  const deletions = changes.filter(({ action }) => action.kind === 'delete');
  if (deletions.some(({ outcome }) => outcome.phase === 'ok') && !deleted)
    return [`${message.id} was deleted and is still there`];
  if (deleted) {
    const mayBe = deletions.some(({ outcome }) => outcome.phase !== 'fail');
    return mayBe ? [] : [`${message.id} is gone, and nobody deleted it`];
  }
  const possible = possibleContents(original, changes);
  return possible.has(message.content)
    ? []
    : [`${message.id} says ${message.content}, not ${[...possible].join(' or ')}`];
}

/** An edit that was acknowledged replaces all that was known before it was asked for. */
function possibleContents(original: string, changes: readonly Attempt[]): Set<string | null> {
  const edits = changes.filter(({ action, outcome }) => action.kind === 'edit' && outcome.phase !== 'fail');
  const replaced = (endedAt: number): boolean =>
    edits.some(({ outcome, invokedAt }) => outcome.phase === 'ok' && invokedAt > endedAt);
  const last = edits.filter(
    ({ outcome, endedAt }) => outcome.phase !== 'ok' || !replaced(endedAt ?? Infinity),
  );
  const contents = last.flatMap(({ action }) => (action.kind === 'edit' ? [action.content] : []));
  return new Set(edits.some(({ outcome }) => outcome.phase === 'ok') ? contents : [original, ...contents]);
}
