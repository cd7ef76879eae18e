import { randomUUID } from 'node:crypto';
import { batchesOf } from './kaha-batch';

const ids = (count: number): string[] => Array.from({ length: count }, () => randomUUID());

describe('batchesOf', () => {
  it.each([
    [0, 0, []],
    [1, 0, ['1+0']],
    [60, 40, ['60+40']],
    [60, 41, ['60+40', '0+1']],
    [150, 100, ['100+0', '50+50', '0+50']],
    [0, 201, ['0+100', '0+100', '0+1']],
  ])('%i people and %i businesses: %j', (people, businesses, expected) => {
    const batches = batchesOf({ users: new Set(ids(people)), businesses: new Set(ids(businesses)) });

    expect(batches.map((batch) => `${batch.user_uuids.length}+${batch.business_uuids.length}`)).toEqual(
      expected,
    );
  });

  it('asks for every id, each in its own list', () => {
    const users = ids(130);
    const businesses = ids(130);

    const batches = batchesOf({ users: new Set(users), businesses: new Set(businesses) });

    expect(batches.flatMap((batch) => batch.user_uuids)).toEqual(users);
    expect(batches.flatMap((batch) => batch.business_uuids)).toEqual(businesses);
  });

  it('asks once for an id written in two ways', () => {
    const id = randomUUID();

    expect(batchesOf({ users: new Set([id.toUpperCase(), id]), businesses: new Set() })).toEqual([
      { user_uuids: [id], business_uuids: [] },
    ]);
  });
});
