import { Global, Module } from '@nestjs/common';
import { VisibilityChanges } from '../../users';
import { ParticipantVisibility } from './participant-visibility';
import { VisibilityRepository } from './visibility.repository';

/** Global because users, who know no conversations, tell it of what they change. */
@Global()
@Module({
  providers: [{ provide: VisibilityChanges, useClass: ParticipantVisibility }, VisibilityRepository],
  exports: [VisibilityChanges],
})
export class VisibilityModule {}
