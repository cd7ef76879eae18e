export { ChatIoAdapter } from './chat-io.adapter';
export { ProfileNewsModule } from './profiles/profile-news.module';
export { RealtimeModule } from './realtime.module';
export type { Ack, ClientToServer, ServerToClient } from './socket-contract';
