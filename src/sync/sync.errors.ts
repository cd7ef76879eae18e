import { DomainError } from '../common/problem';

/** What changed since then can not be told any more: the client has to read everything anew. */
export class ResyncRequired extends DomainError {
  constructor() {
    super('resync_required', 'The token is from too long ago, or from before a restore. Sync without one.');
  }
}
