import type { Actor } from '../common/actor';

/**
 * Told of everybody whose token was found good, before anything is done for them. Whoever owns users implements
 * it and provides it to the application (auth knows no users, so that users may have doors of their own).
 */
export abstract class UserRegistry {
  /** @throws DependencyUnavailable */
  abstract recognise(actor: Actor): Promise<void>;
}
