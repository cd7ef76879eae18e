import { Injectable } from '@nestjs/common';
import type { BusinessPresenceDto } from './presence.dto';

/**
 * The presence of a business is the union of its agents'. Nobody is an agent of a business yet, so there is nobody to
 * be online for it. Whoever brings rosters in answers here with the states of the people on them, and has
 * `presence_changed` follow those people.
 */
@Injectable()
export class BusinessPresence {
  states(businessIds: readonly string[]): Record<string, BusinessPresenceDto> {
    return Object.fromEntries(businessIds.map((id) => [id, { status: 'offline', onlineAgents: 0 }]));
  }
}
