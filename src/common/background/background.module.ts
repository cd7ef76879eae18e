import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { BackgroundRunner } from './background-runner';

@Module({
  imports: [DiscoveryModule, ScheduleModule.forRoot()],
  providers: [BackgroundRunner],
})
export class BackgroundModule {}
