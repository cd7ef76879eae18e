import type { Delivery } from '../../../src/realtime/fanout/delivery';

export const TENANT = '00000000-0000-0000-0000-000000000000';
export const CONVERSATION = '01890000-0000-7000-8000-00000000c0de';
export const ALICE = '00000000-0000-4000-8000-00000000a11c';
export const BOB = '00000000-0000-4000-8000-000000000b0b';

/** A new message in a busy conversation, unless said otherwise. */
export function aDelivery(rev: number, more: Partial<Delivery> = {}): Delivery {
  return {
    tenantId: TENANT,
    conversationId: CONVERSATION,
    rev,
    sincePreviousMs: 5,
    audience: [ALICE, BOB],
    packet: { event: 'new_message', payload: { message: { rev } } },
    ...more,
  };
}
