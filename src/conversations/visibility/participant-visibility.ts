import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor';
import type { Tx } from '../../database';
import { VisibilityChanges } from '../../users';
import { directPair } from '../conversations.repository';
import { VisibilityRepository } from './visibility.repository';

/** What changes in conversations when people change what they show of themselves. */
@Injectable()
export class ParticipantVisibility extends VisibilityChanges {
  constructor(private readonly repository: VisibilityRepository) {
    super();
  }

  receiptsChange(tx: Tx, person: Actor): Promise<void> {
    return this.repository.stampAllOf(tx, person);
  }

  blockChanges(tx: Tx, { tenantId, userId }: Actor, blockedId: string): Promise<void> {
    return this.repository.stampDirect(tx, directPair(tenantId, userId, blockedId));
  }
}
