import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { Config } from './config';

/** Makes each slice of the configuration available everywhere, under its class. */
@Global()
@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    const slices = Object.values<object>({ ...config });
    return {
      module: ConfigModule,
      providers: slices.map((slice) => ({ provide: slice.constructor, useValue: slice })),
      exports: slices.map((slice) => slice.constructor),
    };
  }
}
