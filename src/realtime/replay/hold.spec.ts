import { aDelivery, aMessage, CONVERSATION } from '../../../test/support/realtime/deliveries';
import type { Delivery } from '../fanout/delivery';
import { Hold } from './hold';

const ELSEWHERE = '01890000-0000-7000-8000-00000000e15e';

/** What it lets out now, by seq. */
function letOut(hold: Hold): unknown[] {
  const seqs: unknown[] = [];
  for (let next = hold.next(); next !== undefined; next = hold.next())
    seqs.push((next.payload as { message: { seq: number } }).message.seq);
  return seqs;
}

function withheld(hold: Hold, ...deliveries: Delivery[]): boolean[] {
  return deliveries.map((delivery) => hold.withholds(delivery));
}

describe('Hold', () => {
  let hold: Hold;
  beforeEach(() => {
    hold = new Hold();
  });

  it('keeps what happens, and lets it out in order', () => {
    expect(withheld(hold, aDelivery(1), aDelivery(2), aDelivery(3))).toEqual([true, true, true]);
    expect(letOut(hold)).toEqual([1, 2, 3]);
    expect(hold.hasLost).toBe(false);
  });

  it('keeps on while it is being emptied', () => {
    withheld(hold, aDelivery(1));
    hold.next();
    expect(withheld(hold, aDelivery(2))).toEqual([true]);
    expect(letOut(hold)).toEqual([2]);
  });

  it('does not let out what was replayed meanwhile, in that conversation', () => {
    const elsewhere = aDelivery(2, { conversationId: ELSEWHERE });
    withheld(hold, aDelivery(1), elsewhere, aDelivery(2), aDelivery(3));
    hold.pass(CONVERSATION, 1);
    hold.pass(CONVERSATION, 2);
    expect(letOut(hold)).toEqual([2, 3]);
  });

  it('is not misled by the order of what was replayed', () => {
    hold.pass(CONVERSATION, 5);
    hold.pass(CONVERSATION, 4);
    withheld(hold, aDelivery(5), aDelivery(6));
    expect(letOut(hold)).toEqual([6]);
  });

  it('lets out changes of what was replayed', () => {
    hold.pass(CONVERSATION, 5);
    const payload = { message: aMessage(9, { seq: 2 }) };
    withheld(hold, aDelivery(9, { packet: { event: 'message_updated', payload } }));
    expect(letOut(hold)).toEqual([2]);
  });

  it('has nothing to let out where clients are told nothing', () => {
    expect(withheld(hold, aDelivery(1, { packet: null }))).toEqual([true]);
    expect(letOut(hold)).toEqual([]);
  });

  it.each([[{}], [{ message: null }], [{ message: { seq: '3' } }]])(
    'takes a payload that another node made up for one that was not replayed: %j',
    (payload) => {
      hold.pass(CONVERSATION, 5);
      withheld(hold, aDelivery(1, { packet: { event: 'new_message', payload } }));
      expect(hold.next()).toEqual({ event: 'new_message', payload });
    },
  );

  it('closed, withholds what was replayed and nothing else', () => {
    hold.pass(CONVERSATION, 2);
    hold.close();
    const elsewhere = aDelivery(2, { conversationId: ELSEWHERE });
    expect(withheld(hold, aDelivery(2), aDelivery(3), elsewhere)).toEqual([true, false, false]);
    expect(letOut(hold)).toEqual([]);
  });

  it('keeps a thousand, and says that there were more', () => {
    for (let seq = 1; seq <= 1_000; seq++) hold.withholds(aDelivery(seq));
    expect(hold.hasLost).toBe(false);
    expect(withheld(hold, aDelivery(1_001))).toEqual([true]);
    expect(hold.hasLost).toBe(true);
    hold.next();
    // There is room again; but it would pass for what follows the thousandth.
    withheld(hold, aDelivery(1_002));
    expect(letOut(hold).at(-1)).toBe(1_000);
  });

  it('keeps fewer where they are long, and as many again as were let out', () => {
    const content = 'x'.repeat(4_000);
    const long = (seq: number) =>
      aDelivery(seq, {
        packet: {
          event: 'new_message',
          payload: { message: aMessage(seq, { content, contentHtml: content }) },
        },
      });
    for (let seq = 1; seq <= 1_000; seq++) {
      hold.withholds(long(seq));
      hold.next();
    }
    expect(hold.hasLost).toBe(false);
    for (let seq = 1; seq <= 100; seq++) hold.withholds(long(seq));
    expect(hold.hasLost).toBe(true);
    expect(letOut(hold).length).toBeLessThan(100);
  });
});
