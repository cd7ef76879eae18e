import { Injectable } from '@nestjs/common';
import { currentContext } from '../../common/request-context';
import type { ConversationChange, SystemNotice, SystemNotices } from '../../conversations';
import { toAnnouncement, toMessage } from '../write-path/appended-message';
import type { Draft } from '../write-path/draft';
import { MessageLog } from '../write-path/message-log.repository';

/** Writes what happened to a conversation into its history: `content` is the action, `payload` who and whom. */
@Injectable()
export class WrittenNotices implements SystemNotices {
  constructor(private readonly log: MessageLog) {}

  async write(change: ConversationChange, notice: SystemNotice): Promise<void> {
    const draft: Draft = {
      tenantId: change.tenantId,
      conversationId: change.id,
      senderId: null,
      type: 'system',
      content: notice.action,
      payload: { ...notice },
      metadata: null,
      replyToId: null,
      expiresInSeconds: null,
      clientMessageId: null,
      bodyHash: null,
      traceId: currentContext().traceId,
    };
    const [outcome] = await this.log.appendWithin(change.tx, [draft]);
    if (outcome?.verdict !== 'appended') throw new Error('a notice was not written');
    change.include(toAnnouncement(draft, outcome, toMessage(draft, outcome)));
  }
}
