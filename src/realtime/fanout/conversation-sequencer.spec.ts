import { Logger } from '@nestjs/common';
import type { Announcement } from '../../outbox';
import {
  aDelivery,
  anAnnouncement,
  ALICE,
  BOB,
  CONVERSATION,
  TENANT,
} from '../../../test/support/realtime/deliveries';
import { ConversationSequencer, type MissedEvents, type Outlet } from './conversation-sequencer';
import type { Delivery } from './delivery';

const PAUSE = { sincePreviousMs: 60_000 };
const OTHER = '01890000-0000-7000-8000-0000000007e2';

class Ears implements Outlet {
  readonly heard: string[] = [];
  present: readonly string[] = [ALICE, BOB];

  deliver({ rev, conversationId }: Delivery): void {
    this.heard.push(conversationId === CONVERSATION ? String(rev) : `other ${rev}`);
  }

  deliverLate({ rev }: Delivery): void {
    this.heard.push(`late ${rev}`);
  }

  include(_tenantId: string, userIds: readonly string[]): boolean {
    return userIds.some((id) => this.present.includes(id));
  }

  missed(_tenantId: string, userIds: readonly string[]): void {
    this.heard.push(`sync ${userIds.length}`);
  }
}

class Truth implements MissedEvents {
  readonly asked: string[] = [];
  answer: () => Promise<readonly Announcement[]> = () => Promise.resolve([]);

  announcementsBetween(
    tenantId: string,
    _id: string,
    after: number,
    before: number,
  ): Promise<readonly Announcement[]> {
    expect(tenantId).toBe(TENANT);
    this.asked.push(`${after}-${before}`);
    return this.answer();
  }
}

describe('ConversationSequencer', () => {
  let ears: Ears;
  let truth: Truth;
  let sequencer: ConversationSequencer;
  beforeEach(() => {
    jest.useFakeTimers();
    Logger.overrideLogger(false);
    ears = new Ears();
    truth = new Truth();
    sequencer = new ConversationSequencer(truth, ears);
  });
  afterEach(() => {
    sequencer.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
    Logger.overrideLogger(['log', 'warn', 'error']);
  });

  const arrive = (...deliveries: Delivery[]): void =>
    deliveries.forEach((delivery) => sequencer.accept(delivery));

  it('lets through at once what is in order', () => {
    arrive(aDelivery(10, PAUSE), aDelivery(11), aDelivery(12));
    expect(ears.heard).toEqual(['10', '11', '12']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('puts two nodes that overtook each other in order, without asking', async () => {
    arrive(aDelivery(10, PAUSE), aDelivery(12));
    await jest.advanceTimersByTimeAsync(150);
    arrive(aDelivery(11));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(ears.heard).toEqual(['10', '11', '12']);
    expect(truth.asked).toEqual([]);
  });

  it('asks for a gap after 200 ms', async () => {
    truth.answer = () => Promise.resolve([anAnnouncement(11)]);
    arrive(aDelivery(10, PAUSE), aDelivery(12));
    await jest.advanceTimersByTimeAsync(199);
    expect(ears.heard).toEqual(['10']);
    await jest.advanceTimersByTimeAsync(1);
    expect(truth.asked).toEqual(['10-12']);
    expect(ears.heard).toEqual(['10', '11', '12']);
  });

  it('keeps conversations apart', () => {
    arrive(aDelivery(10, PAUSE), aDelivery(12), aDelivery(5, { conversationId: OTHER, ...PAUSE }));
    expect(ears.heard).toEqual(['10', 'other 5']);
  });

  it('waits for the forerunner where it remembers nothing, and asks only for that one', async () => {
    truth.answer = () => Promise.resolve([anAnnouncement(10)]);
    arrive(aDelivery(11));
    await jest.advanceTimersByTimeAsync(200);
    expect(truth.asked).toEqual(['9-11']);
    expect(ears.heard).toEqual(['10', '11']);
  });

  it('delivers what it has and says that there was more when the gap can not be read', async () => {
    truth.answer = () => Promise.reject(new Error('no database'));
    arrive(aDelivery(10, PAUSE), aDelivery(12));
    await jest.advanceTimersByTimeAsync(200);
    arrive(aDelivery(13));
    expect(ears.heard).toEqual(['10', '12', 'sync 2', '13']);
  });

  it('does not wait for a database that does not answer', async () => {
    truth.answer = () => new Promise(() => undefined);
    arrive(aDelivery(10, PAUSE), aDelivery(12));
    await jest.advanceTimersByTimeAsync(2_200);
    expect(ears.heard).toEqual(['10', '12', 'sync 2']);
  });

  it('does not read what nobody here would hear', async () => {
    ears.present = [];
    arrive(aDelivery(10, PAUSE), aDelivery(12));
    await jest.advanceTimersByTimeAsync(200);
    expect(truth.asked).toEqual([]);
    expect(ears.heard).toEqual(['10', '12']);
  });

  it('does not read a gap that is no late frame', async () => {
    arrive(aDelivery(10, PAUSE), aDelivery(5_000));
    await jest.advanceTimersByTimeAsync(200);
    expect(truth.asked).toEqual([]);
    expect(ears.heard).toEqual(['10', '5000', 'sync 2']);
  });

  it('reads few gaps at once', async () => {
    truth.answer = () => new Promise(() => undefined);
    for (let n = 0; n < 20; n++) {
      const conversationId = `01890000-0000-7000-8000-${String(n).padStart(12, '0')}`;
      arrive(aDelivery(10, { conversationId, ...PAUSE }), aDelivery(12, { conversationId }));
    }
    await jest.advanceTimersByTimeAsync(200);
    expect(truth.asked).toHaveLength(8);
    expect(ears.heard.filter((what) => what === 'sync 2')).toHaveLength(12);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(ears.heard.filter((what) => what === 'sync 2')).toHaveLength(20);
  });

  describe('what is no message is not found in the database:', () => {
    const removal = aDelivery(11, {
      packet: { event: 'participant_removed', payload: { conversationId: CONVERSATION, userId: OTHER } },
      audience: [ALICE, BOB, OTHER],
    });
    beforeEach(async () => {
      arrive(aDelivery(10, PAUSE), aDelivery(12));
      await jest.advanceTimersByTimeAsync(200);
      ears.heard.length = 0;
    });

    it('whoever it is for is told that they missed it when it comes after its turn, once', () => {
      arrive(removal, removal, aDelivery(13));
      expect(ears.heard).toEqual(['sync 3', 'late 11', '13']);
    });

    it('nobody is told where nobody would have heard it', () => {
      ears.present = [];
      arrive(removal, aDelivery(13));
      expect(ears.heard).toEqual(['13']);
    });

    it('it was not heard until then', () => {
      expect(sequencer.hasHeard(removal)).toBe(false);
      arrive(removal);
      expect(sequencer.hasHeard(removal)).toBe(true);
    });

    it('those who know already are not told again', async () => {
      truth.answer = () => Promise.reject(new Error('no database'));
      arrive(aDelivery(15));
      await jest.advanceTimersByTimeAsync(200);
      arrive({ ...removal, rev: 14 });
      expect(ears.heard).toEqual(['15', 'sync 2', 'sync 1', 'late 14']);
    });
  });

  it('passes over no receipt, but lets nobody hear one who was removed after it', () => {
    const heard = jest.spyOn(ears, 'deliver');
    const receipt = (rev: number): Delivery => aDelivery(rev, { ordered: false });
    arrive(aDelivery(10, PAUSE));
    const packet = { event: 'participant_removed' as const, payload: { userId: BOB } };
    arrive(aDelivery(11, { packet }), receipt(10), receipt(11), receipt(12));
    const audiences = heard.mock.calls.map(([{ audience }]) => audience);
    expect(audiences).toEqual([[ALICE, BOB], [ALICE, BOB], [ALICE], [ALICE, BOB], [ALICE, BOB]]);
  });

  it('holds only so much of one conversation', () => {
    arrive(aDelivery(10, PAUSE));
    for (let rev = 12; rev <= 512; rev++) arrive(aDelivery(rev));
    expect(ears.heard.slice(-2)).toEqual(['512', 'sync 2']);
  });

  it('lets out the rest when one can not be delivered', () => {
    const deliver = jest.spyOn(ears, 'deliver').mockImplementationOnce(() => {
      throw new Error('no such frame');
    });
    arrive(aDelivery(10, PAUSE), aDelivery(11));
    expect(deliver).toHaveBeenCalledTimes(2);
    expect(ears.heard).toEqual(['11']);
  });

  it('is quiet after the end', async () => {
    arrive(aDelivery(10, PAUSE), aDelivery(12));
    sequencer.onApplicationShutdown();
    arrive(aDelivery(11));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(ears.heard).toEqual(['10']);
  });
});
