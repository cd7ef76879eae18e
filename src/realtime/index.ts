export { ChatIoAdapter } from './chat-io.adapter';
export { RealtimeModule } from './realtime.module';
export type { Ack, ClientToServer, ServerToClient } from './socket-contract';
