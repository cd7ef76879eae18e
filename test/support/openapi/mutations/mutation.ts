import type { Draft } from '../draft';

/**
 * What must come of a request: it can not be right (`refused`), nothing is wrong with it (`taken`), or it depends on
 * more than the document knows (`either`).
 */
export type Verdict = 'refused' | 'taken' | 'either';

/** One thing that is done to a request. */
export interface Mutation {
  readonly what: string;
  /** What it is done to. Two that are done to different parts can be done together. */
  readonly part: string;
  readonly verdict: Verdict;
  readonly applyTo: (draft: Draft) => Draft;
}

/** The part that has all others of the body in it. */
export const WHOLE_BODY = 'body';

export function withHeader(name: string, value: string | readonly string[]): Mutation['applyTo'] {
  return (draft) => ({ ...draft, headers: { ...draft.headers, [name]: value } });
}

export function withBody(body: unknown): Mutation['applyTo'] {
  return (draft) => ({ ...draft, body });
}

/** A text as a test is called by: short, and on one line. */
export function shown(text: string): string {
  const line = JSON.stringify(text);
  return line.length <= 60 ? line : `${line.slice(0, 50)}… (${text.length})`;
}

/** Nothing is done at all. */
export const AS_DOCUMENTED: Mutation = {
  what: 'as documented',
  part: 'nothing',
  verdict: 'taken',
  applyTo: (draft) => draft,
};
