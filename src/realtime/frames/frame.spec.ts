import { aDelivery } from '../../../test/support/realtime/deliveries';
import { decodeFrame, encodeFrame, type Frame } from './frame';

const FRAME: Frame = {
  node: '11111111-1111-4111-8111-111111111111',
  n: 7,
  kind: 'changes',
  deliveries: [aDelivery(3), aDelivery(4, { packet: null, audience: [] })],
};

type Wire = Record<string, unknown> & { deliveries: Record<string, unknown>[] };

function altered(alter: (wire: Wire) => void): string {
  const wire = JSON.parse(encodeFrame(FRAME)) as Wire;
  alter(wire);
  return JSON.stringify(wire);
}

function alteredDelivery(change: Record<string, unknown>): string {
  return altered((wire) => Object.assign(wire.deliveries[0] ?? {}, change));
}

describe('a frame', () => {
  it('arrives as it was sent', () => {
    expect(decodeFrame(encodeFrame(FRAME))).toEqual(FRAME);
  });

  it.each([
    ['no JSON', 'frame!'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['of a version to come', altered((wire) => (wire.v = 2))],
    ['from nobody', altered((wire) => delete wire.node)],
    ['from something that is no id', altered((wire) => (wire.node = { toString: 'x' }))],
    ['without a number', altered((wire) => delete wire.n)],
    ['with half a number', altered((wire) => (wire.n = 1.5))],
    ['with a number below zero', altered((wire) => (wire.n = -1))],
    ['of an unknown kind', altered((wire) => (wire.kind = 'shutdown'))],
    ['without deliveries', altered((wire) => delete (wire as Record<string, unknown>).deliveries)],
    ['with a null among its deliveries', altered((wire) => (wire.deliveries[1] = null as never))],
    ['for no tenant', alteredDelivery({ tenantId: null })],
    ['about something that is no conversation', alteredDelivery({ conversationId: '../x' })],
    ['with a revision that is none', alteredDelivery({ rev: '3' })],
    ['without a pause', alteredDelivery({ sincePreviousMs: null })],
    ['for an audience that is no list', alteredDelivery({ audience: 'everybody' })],
    ['for an audience of no ids', alteredDelivery({ audience: ['*'] })],
    ['with a packet that is none', alteredDelivery({ packet: 'new_message' })],
    ['with a payload that is none', alteredDelivery({ packet: { event: 'new_message', payload: [] } })],
  ])('is none when it is %s', (_what, text) => {
    expect(decodeFrame(text)).toBeUndefined();
  });

  it('keeps the place of an event that only a newer node knows', () => {
    const text = alteredDelivery({ packet: { event: 'message_pinned', payload: {} } });
    expect(decodeFrame(text)?.deliveries[0]).toMatchObject({ rev: 3, packet: null });
  });

  it('can not be made to say what only this node says', () => {
    const text = alteredDelivery({ packet: { event: 'session_expired', payload: {} } });
    expect(decodeFrame(text)?.deliveries[0]?.packet).toBeNull();
  });
});
