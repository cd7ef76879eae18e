export { type AnnouncedMessage, announcedColumns, readersOf } from './announced-message.sql';
export { contentHtml } from './content-html';
export { faultInMessage, isTime } from './message-fault';
export { messageColumns } from './message-columns.sql';
export { MessageDto, type MessageStatus, ReplyDto } from './message.dto';
export type { MessageRow, OthersProgress, RepliedTo } from './message-row';
export { toMessageDto } from './to-message-dto';
