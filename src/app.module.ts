import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from './auth';
import { BackgroundModule } from './common/background';
import { type Config, ConfigModule } from './config';
import { ConversationsModule } from './conversations';
import { DatabaseModule } from './database';
import type { ChatExtension } from './extensions';
import { HealthModule } from './health';
import { MessagesModule } from './messages';
import { ProfileNewsModule, RealtimeModule } from './realtime';
import { SyncModule } from './sync';
import { TelemetryModule } from './telemetry';
import { UsersModule } from './users';

/** The table of contents. */
@Module({})
export class AppModule {
  static with(config: Config, extensions: readonly ChatExtension[]): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        TelemetryModule,
        DatabaseModule.with(extensions.flatMap(({ migrations = [] }) => migrations)),
        BackgroundModule,
        AuthModule,
        UsersModule,
        ConversationsModule,
        MessagesModule,
        SyncModule,
        RealtimeModule,
        ProfileNewsModule,
        HealthModule.with(config.telemetry),
        ...extensions.map(({ module }) => module),
      ],
    };
  }
}
