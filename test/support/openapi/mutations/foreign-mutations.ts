import type { Operation } from '../document';
import { type Mutation, WHOLE_BODY } from './mutation';

/** Things that there are, where the caller has no business with them. */
export interface Foreign {
  /** Of another tenant. */
  readonly conversationId: string;
  /** Of another conversation, in which the caller is as well. */
  readonly messageId: string;
  /** Handed out to somebody else. */
  readonly cursor: string;
}

/** T02: ids and cursors that are real, and not of what the request is about. */
export function foreignMutations({ parameters, body }: Operation, foreign: Foreign): Mutation[] {
  const by: Readonly<Record<string, string>> = { ...foreign, replyToId: foreign.messageId };
  return [
    ...parameters.flatMap(({ name, in: place }): Mutation[] => {
      const value = by[name];
      if (value === undefined || place === 'header') return [];
      return [
        {
          what: `foreign ${name}`,
          part: `${place}.${name}`,
          verdict: 'refused',
          applyTo: (draft) =>
            place === 'path'
              ? { ...draft, path: { ...draft.path, [name]: value } }
              : { ...draft, query: [`${name}=${value}`] },
        },
      ];
    }),
    ...Object.keys(body?.properties ?? {}).flatMap((name): Mutation[] => {
      const value = by[name];
      if (value === undefined) return [];
      return [
        {
          what: `foreign ${name}`,
          part: `${WHOLE_BODY}.${name}`,
          verdict: 'refused',
          applyTo: (draft) => ({ ...draft, body: { ...(draft.body as object), [name]: value } }),
        },
      ];
    }),
  ];
}
