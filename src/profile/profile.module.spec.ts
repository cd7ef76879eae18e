import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { FakeKaha } from '../../test/support/fake-kaha';
import { UpstreamConfig } from '../config';
import { PROFILE_SOURCE, ProfileModule, type ProfileSource, ProfilesService } from './index';

describe('ProfileModule', () => {
  function moduleFor(kaha: FakeKaha): TestingModuleBuilder {
    @Module({
      providers: [{ provide: UpstreamConfig, useValue: { baseUrl: kaha.baseUrl, serviceToken: kaha.token } }],
      exports: [UpstreamConfig],
    })
    class TestConfigModule {}
    return Test.createTestingModule({
      imports: [{ module: TestConfigModule, global: true }, ProfileModule],
    });
  }

  it('asks kaha-main-v3, and lets go of it when the application closes', async () => {
    const kaha = await new FakeKaha().start();
    kaha.knowsEverybody();
    const app = await moduleFor(kaha).compile();
    const id = randomUUID();

    const shown = await app.get(ProfilesService).profilesFor({ users: new Set([id]), businesses: new Set() });

    expect(shown.user(id).name).toBe(`Person ${id.slice(-4)}`);
    await app.close();
    await kaha.stop();
  });

  it('takes another source of profiles in its place', async () => {
    const kaha = await new FakeKaha().start();
    const id = randomUUID();
    const everyoneIsBob: ProfileSource = {
      fetch: ({ users }) =>
        Promise.resolve({
          users: new Map([...users].map((user) => [user, { id: user, name: 'Bob', avatarUrl: null }])),
          businesses: new Map(),
        }),
    };
    const app = await moduleFor(kaha).overrideProvider(PROFILE_SOURCE).useValue(everyoneIsBob).compile();

    const shown = await app.get(ProfilesService).profilesFor({ users: new Set([id]), businesses: new Set() });

    expect(shown.user(id).name).toBe('Bob');
    expect(kaha.calls).toHaveLength(0);
    await app.close();
    await kaha.stop();
  });
});
