import { DomainError } from '../../common/problem';

/** This process holds as many sockets as it may. Another one may have room. */
export class NodeIsFull extends DomainError {
  constructor() {
    super('unavailable', 'This node takes no more connections at the moment.', { retryAfterSeconds: 5 });
  }
}

/** A page that is none of ours. Browsers keep answers from it; here it is not even answered. */
export class OriginRefused extends DomainError {
  constructor() {
    super('origin_refused', 'Pages of this origin are not let in.');
  }
}

/** One connection carries one socket: more would be a way around every limit that counts connections. */
export class AlreadyConnected extends DomainError {
  constructor() {
    super('validation_failed', 'This connection has been opened already.');
  }
}
