import { type DynamicModule, Module } from '@nestjs/common';
import { WordFilterConfig } from './word-filter.config';
import { WordFilterPolicy } from './word-filter.policy';

@Module({ providers: [WordFilterPolicy] })
export class WordFilterModule {
  static with(config: WordFilterConfig): DynamicModule {
    return { module: WordFilterModule, providers: [{ provide: WordFilterConfig, useValue: config }] };
  }
}
