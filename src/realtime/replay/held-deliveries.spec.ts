import { EventEmitter } from 'node:events';
import { aDelivery, ALICE, BOB, CONVERSATION, TENANT } from '../../../test/support/realtime/deliveries';
import { userRoom } from '../fanout/user-room';
import type { ChatSocket } from '../socket-contract';
import { HeldDeliveries } from './held-deliveries';

/** A socket as far as it is looked at here. */
function aSocket(id: string, userId: string): ChatSocket {
  return Object.assign(new EventEmitter(), {
    id,
    data: { actor: { tenantId: TENANT, userId } },
  }) as unknown as ChatSocket;
}

describe('HeldDeliveries', () => {
  const rooms = [ALICE, BOB].map((userId) => userRoom({ tenantId: TENANT, userId }));
  let held: HeldDeliveries;
  beforeEach(() => {
    jest.useFakeTimers();
    held = new HeldDeliveries();
  });
  afterEach(() => jest.useRealTimers());

  it('keeps from nobody what happens where nobody has just come', () => {
    expect(held.withhold(aDelivery(1), rooms)).toEqual([]);
  });

  it('keeps it from those who are being told what they missed, and from none of their other devices', () => {
    held.begin(aSocket('one', ALICE));
    held.begin(aSocket('two', BOB));
    held.begin(aSocket('three', BOB));
    expect(held.withhold(aDelivery(1), rooms)).toEqual(['one', 'two', 'three']);
    expect(held.withhold(aDelivery(2), rooms.slice(0, 1))).toEqual(['one']);
  });

  it('forgets at once whom nothing was replayed to', () => {
    const socket = aSocket('one', ALICE);
    held.release(socket, held.begin(socket));
    expect(held.size).toBe(0);
    expect(held.withhold(aDelivery(1), rooms)).toEqual([]);
  });

  it('keeps late frames of what was replayed from them, for a while', () => {
    const socket = aSocket('one', ALICE);
    const hold = held.begin(socket);
    hold.pass(CONVERSATION, 5);
    held.release(socket, hold);
    expect(held.withhold(aDelivery(5), rooms)).toEqual(['one']);
    expect(held.withhold(aDelivery(6), rooms)).toEqual([]);
    jest.advanceTimersByTime(5_000);
    expect(held.size).toBe(0);
    expect(held.withhold(aDelivery(5), rooms)).toEqual([]);
  });

  it('forgets who is gone, and nobody else', () => {
    const [gone, here] = [aSocket('gone', BOB), aSocket('here', BOB)];
    held.begin(gone);
    held.begin(here);
    (gone as unknown as EventEmitter).emit('disconnect');
    expect(held.withhold(aDelivery(1), rooms)).toEqual(['here']);
    (here as unknown as EventEmitter).emit('disconnect');
    expect(held.size).toBe(0);
  });
});
