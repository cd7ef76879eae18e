import { setTimeout as delay } from 'node:timers/promises';
import { DependencyUnavailable } from '../../common/problem';
import { ReadingLanes } from './reading-lanes';

const TENANT = '00000000-0000-0000-0000-000000000000';

/** Their number decides on their lane. */
function reader(number: number) {
  const end = number.toString(16).padStart(12, '0');
  return { reader: { tenantId: TENANT, userId: `00000000-0000-4000-8000-${end}` }, number };
}

type Asked = ReturnType<typeof reader>;

describe('lanes of reading', () => {
  it('read for one at once, and for those together who come meanwhile', async () => {
    const groups: number[][] = [];
    const lanes = new ReadingLanes<Asked, number>(async (asked) => {
      groups.push(asked.map(({ number }) => number));
      await delay(5);
      return asked.map(({ number }) => number * 10);
    });
    const found = await Promise.all([0, 3, 6, 9].map((number) => lanes.read(reader(number))));
    expect(found).toEqual([0, 30, 60, 90]);
    expect(groups).toEqual([[0], [3, 6, 9]]);
  });

  it('do not wait for each other', async () => {
    let goOn = (): void => undefined;
    const slow = new Promise<void>((resolve) => (goOn = resolve));
    const lanes = new ReadingLanes<Asked, number>(async (asked) => {
      if (asked[0]?.number === 0) await slow;
      return asked.map(({ number }) => number);
    });
    const first = lanes.read(reader(0));
    expect(await lanes.read(reader(1))).toBe(1);
    goOn();
    expect(await first).toBe(0);
  });

  it('let nobody suffer for what can not be read for another', async () => {
    const lanes = new ReadingLanes<Asked, number>(async (asked) => {
      await delay(1);
      if (asked.some(({ number }) => number === 6)) throw new Error('unreadable');
      return asked.map(({ number }) => number);
    });
    const found = await Promise.allSettled([0, 3, 6, 9].map((number) => lanes.read(reader(number))));
    expect(found.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  it('try nothing again while Postgres is away', async () => {
    let asked = 0;
    const lanes = new ReadingLanes<Asked, number>(async () => {
      asked++;
      await delay(1);
      throw new DependencyUnavailable('postgres');
    });
    const found = await Promise.allSettled([0, 3, 6].map((number) => lanes.read(reader(number))));
    expect(found.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toBe(2);
  });
});
