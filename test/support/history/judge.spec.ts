import type { Heard, SeenMessage, Session, VersionedMessage } from './history';
import {
  at,
  CAT,
  CHAT,
  created,
  did,
  event,
  goodStory,
  heard,
  message,
  NOON,
  OK,
  sending,
  type Story,
  stored,
  synced,
  UNKNOWN,
} from './good-story';
import { judge } from './judge';

type Spoilt = [what: string, spoil: (story: Story) => unknown, invariant: string];

const session = ({ history }: Story, client: string): Session =>
  history.sessions.find((one) => one.client === client) as Session;
const says = (one: Heard, event: string, seq: number): boolean =>
  one.event === event && (one.frame as { message: VersionedMessage }).message.seq === seq;
const unhear = (story: Story, client: string, ...seqs: number[]): void => {
  const { heard } = session(story, client);
  heard.splice(0, heard.length, ...heard.filter((one) => !seqs.some((seq) => says(one, 'new_message', seq))));
};
const swap = <T>(items: T[], one: number, other: number): void => {
  [items[one], items[other]] = [items[other] as T, items[one] as T];
};
const pageOf = (story: Story, index: number): SeenMessage[] => {
  const history = story.end.histories[index] as Story['end']['histories'][number];
  const own = history.messages.map((one) => ({ ...one }));
  history.messages = own;
  return own;
};
/** As it is in the end. */
const inTheEnd = ({ end }: Story, seq: number): VersionedMessage =>
  end.syncs[0]?.messages[seq - 1] as VersionedMessage;
const STRAY = message(6, 'bob', 'six', 9_500);
const syncRequired = (ms: number): Heard => ({ at: NOON + ms, event: 'sync_required', frame: {} });

const SPOILT: Spoilt[] = [
  ['an acknowledged message that is lost', ({ end }) => end.stored.pop(), 'I1'],
  [
    'a message that says something else',
    ({ end }) => Object.assign(end.stored[1] ?? {}, { content: 'too' }),
    'I1',
  ],
  ['an edit that is lost', ({ end }) => Object.assign(end.stored[0] ?? {}, { content: 'one' }), 'I1'],
  [
    'a deletion that is lost',
    ({ end }) => Object.assign(end.stored[2] ?? {}, { content: 'three', deletedAt: null }),
    'I1',
  ],
  [
    'a message that is deleted by nobody',
    ({ end }) => Object.assign(end.stored[3] ?? {}, { content: null, deletedAt: at(9_000) }),
    'I1',
  ],
  [
    'an edit that came back after a later one',
    ({ history }) => {
      const edit = { kind: 'edit', conversationId: CHAT, messageId: 'message 1', content: 'one?' } as const;
      did(history, 'ann', edit, 700, 710, OK);
    },
    'I1',
  ],
  [
    'a message stored twice',
    ({ end }) => end.stored.push({ ...message(6, 'bob', 'two', 120), clientMessageId: 'key 2' }),
    'I2',
  ],
  ['a message nobody sent', ({ end }) => end.stored.push(STRAY), 'I2'],
  ['a message of another sender', ({ end }) => Object.assign(end.stored[1] ?? {}, { senderId: 'ann' }), 'I2'],
  [
    'a message that was refused and is stored',
    ({ history, end }) => {
      did(history, 'bob', sending(STRAY), 9_500, 9_510, { phase: 'fail', status: 404, retryAfter: null });
      end.stored.push(STRAY);
    },
    'I2',
  ],
  [
    'a retry that is answered with another message',
    ({ history }) =>
      did(
        history,
        'ann',
        sending(message(1, 'ann', 'one', 0)),
        50,
        60,
        stored(message(2, 'bob', 'two', 100)),
      ),
    'I2',
  ],
  [
    'a message heard twice',
    (story) => session(story, 'ann').heard.push(heard(message(5, 'ann', 'five', 9_000))),
    'I2',
  ],
  ['a message heard that is not stored', (story) => session(story, 'ann').heard.push(heard(STRAY)), 'I2'],
  ['a seq that is missing', ({ end }) => end.stored.splice(1, 1), 'I3'],
  ['a seq that is there twice', ({ end }) => Object.assign(end.stored[4] ?? {}, { seq: 4 }), 'I3'],
  [
    'a lastSeq beyond the last message',
    ({ end }) => Object.assign(end.conversations[0] ?? {}, { lastSeq: 6 }),
    'I3',
  ],
  ['a reader who is shown less', (story) => pageOf(story, 1).pop(), 'I3'],
  ['a reader who is shown more', (story) => pageOf(story, 1).push(STRAY), 'I3'],
  ['a reader who is shown another order', (story) => swap(pageOf(story, 3), 1, 2), 'I3'],
  [
    'a reader who is shown another text',
    (story) => Object.assign(pageOf(story, 2)[1] ?? {}, { content: 'x' }),
    'I3',
  ],
  [
    'a message before one that was acknowledged before it was sent',
    ({ history }) => {
      const answered = history.attempts.filter(({ outcome }) => outcome.message !== undefined);
      for (const { outcome } of answered)
        Object.assign(outcome.message ?? {}, { seq: 6 - (outcome.message?.seq ?? 0) });
    },
    'I3',
  ],
  ['messages heard in another order', (story) => swap(session(story, 'bob').heard, 1, 3), 'I4'],
  ['a message that is not heard, and nothing said', (story) => unhear(story, 'bob', 4), 'I4'],
  ['the last message not heard, and nothing said', (story) => unhear(story, 'bob', 5), 'I4'],
  [
    'a message that is not heard, and told of too late',
    (story) => {
      unhear(story, 'bob', 4);
      session(story, 'bob').heard.push(syncRequired(14_000));
    },
    'I4',
  ],
  [
    'a message that is not heard, and told of before it was written',
    (story) => {
      unhear(story, 'bob', 4);
      session(story, 'bob').heard.push(syncRequired(7_000));
    },
    'I4',
  ],
  [
    'a message that is not heard, told of, and not found by who asks what has changed',
    (story) => {
      unhear(story, 'bob', 4);
      session(story, 'bob').heard.push(syncRequired(8_300));
      synced(story.history, 'bob', 8_400, []);
    },
    'I4',
  ],
  [
    'an edit that is neither heard nor told',
    (story) => {
      const before = { ...message(1, 'ann', 'one', 0) };
      session(story, 'bob').heard[0] = heard(before);
      story.history.syncs.splice(0);
      synced(story.history, 'bob', -900, []);
    },
    'I4',
  ],
  [
    'a client that is told what was, as if it were later',
    (story) => synced(story.history, 'bob', 9_600, [{ ...message(1, 'ann', 'one', 0), rev: 9 }]),
    'I4',
  ],
  [
    'a client that may not ask what has changed',
    ({ history }) => Object.assign(history.syncs[1] ?? {}, { page: null }),
    'I4',
  ],
  [
    'a sync that leaves something out',
    ({ end }) => Object.assign(end.syncs[0] ?? {}, { messages: end.syncs[0]?.messages.slice(1) }),
    'I4',
  ],
  ['a sync with another text', (story) => Object.assign(inTheEnd(story, 1), { content: 'one' }), 'I4'],
  [
    'a sync with what was deleted',
    (story) => Object.assign(inTheEnd(story, 3), { content: 'three', deletedAt: null }),
    'I4',
  ],
  [
    'a sync that takes a conversation from a member',
    ({ end }) => Object.assign(end.syncs[1] ?? {}, { removedConversationIds: [CHAT] }),
    'I4',
  ],
  [
    'a sync with an old mark of somebody',
    ({ end }) =>
      Object.assign(end.syncs[1] ?? {}, {
        receipts: [{ conversationId: CHAT, userId: 'bob', lastReadSeq: 2 }],
      }),
    'I4',
  ],
  [
    'a device that was told another count last',
    (story) => {
      const frame = { conversationId: CHAT, unreadCount: 2 };
      session(story, 'bob').heard.push({ at: NOON + 9_600, event: 'unread_changed', frame });
    },
    'I5',
  ],
  ['a device that was never told a count', (story) => session(story, 'bob').heard.pop(), 'I5'],
  ['a count that is too high', ({ end }) => Object.assign(end.counts[0] ?? {}, { unreadCount: 1 }), 'I5'],
  ['a count that is too low', ({ end }) => Object.assign(end.counts[1] ?? {}, { unreadCount: 0 }), 'I5'],
  [
    'a mark that goes back',
    ({ history }) => {
      const read = { kind: 'read', conversationId: CHAT, seq: 1 } as const;
      did(history, 'bob', read, 700, 710, { ...OK, lastReadSeq: 1 });
    },
    'I5',
  ],
  [
    'a mark that is lost',
    ({ end }) => Object.assign(end.counts[1] ?? {}, { lastReadSeq: 0, unreadCount: 2 }),
    'I5',
  ],
  [
    'a message heard by one who was removed',
    (story) => {
      Object.assign(session(story, CAT), { endedAt: null });
      session(story, CAT).heard.push(heard(message(4, 'bob', 'four', 8_000)));
    },
    'I6',
  ],
  [
    'a message heard by one who was removed, though their stay never ended',
    (story) => {
      Object.assign(story.end.stays[2] ?? {}, { to: null });
      session(story, CAT).heard.push(heard(message(4, 'bob', 'four', 8_000)));
    },
    'I6',
  ],
  [
    'an edit heard by one who was never in',
    (story) => {
      const { heard: frames } = session(story, 'bob');
      const elsewhere = { ...message(1, 'ann', 'one', 0), conversationId: 'another' };
      frames.push({ at: NOON, event: 'message_updated', frame: { message: elsewhere } });
    },
    'I6',
  ],
  [
    'a history read by one who was removed',
    ({ end }) =>
      end.histories.push({ ...(end.histories[0] as Story['end']['histories'][number]), reader: CAT }),
    'I6',
  ],
  [
    'a message told by a sync to one who was removed',
    ({ history }) => synced(history, CAT, 8_500, [message(4, 'bob', 'four', 8_000)]),
    'I6',
  ],
  [
    'a conversation told by a sync to one who was removed from it',
    ({ history }) => synced(history, CAT, 8_500, [], [{ id: CHAT }]),
    'I6',
  ],
  [
    'a sync in the end with a message that is not for them',
    ({ end }) => {
      const [first] = end.syncs;
      end.syncs.push({ ...(first as NonNullable<typeof first>), reader: CAT });
    },
    'I6',
  ],
  ...['user_typing', 'messages_read', 'unread_changed'].map((event): Spoilt => [
    `a frame about a conversation to one who was removed from it: ${event}`,
    (story) => {
      Object.assign(session(story, CAT), { endedAt: null });
      session(story, CAT).heard.push({ at: NOON + 5_000, event, frame: { conversationId: CHAT } });
    },
    'I6',
  ]),
  [
    'a change of a conversation told to one who was removed from it',
    (story) => {
      Object.assign(session(story, CAT), { endedAt: null });
      const frame = { conversation: { id: CHAT } };
      session(story, CAT).heard.push({ at: NOON + 5_000, event: 'conversation_updated', frame });
    },
    'I6',
  ],
  [
    'an event that is left behind, though the bus was lost',
    ({ end }) => Object.assign(end, { bus: null, backlog: 1 }),
    'I7',
  ],
  ['an event that never left', ({ end }) => end.bus.splice(5, 1), 'I7'],
  ['an event that is left behind', ({ end }) => (end.backlog = 1), 'I7'],
  ['events out of order', ({ end }) => swap(end.bus, 4, 5), 'I7'],
  ['an event of what never was', ({ end }) => end.bus.push(event(10, 'MessageUpdated', {})), 'I7'],
  [
    'an event of a message that never was',
    ({ end }) => Object.assign(end.bus[1] ?? {}, { payload: created(2, STRAY).payload }),
    'I7',
  ],
  [
    'two events of one id',
    ({ end }) => Object.assign(end.bus[4] ?? {}, { eventId: 'MessageCreated 2' }),
    'I7',
  ],
  ['memory without end', ({ history }) => Object.assign(history.usage[0] ?? {}, { rssMib: 4_000 }), 'I8'],
  [
    'descriptors without end',
    ({ history }) => Object.assign(history.usage[0] ?? {}, { openFiles: 4_000 }),
    'I8',
  ],
  [
    'connections without end',
    ({ history }) => Object.assign(history.usage[0] ?? {}, { postgresConnections: 190 }),
    'I8',
  ],
  ['a late answer', ({ history }) => ((history.attempts[0] as { endedAt: number }).endedAt += 6_000), 'I9'],
  ['no answer', ({ history }) => did(history, 'bob', sending(STRAY), 9_500, null, UNKNOWN), 'I9'],
  [
    'an outage that is called a fault of ours',
    ({ history }) => did(history, 'bob', sending(STRAY), 9_500, 9_510, { ...UNKNOWN, status: 500 }),
    'I9',
  ],
  [
    'an outage that does not say when to come again',
    ({ history }) => did(history, 'bob', sending(STRAY), 9_500, 9_510, { ...UNKNOWN, status: 503 }),
    'I9',
  ],
  [
    'nothing that goes well for five seconds after healing',
    ({ history }) => {
      for (const one of history.attempts)
        if (one.invokedAt > NOON + 5_000)
          Object.assign(one, { invokedAt: NOON + 20_000, endedAt: NOON + 20_001 });
    },
    'I10',
  ],
  [
    'what still fails ten seconds after healing',
    ({ history }) => {
      did(history, 'bob', sending(STRAY), 16_000, 16_010, UNKNOWN);
      did(history, 'bob', sending(STRAY), 17_000, 17_010, OK);
    },
    'I10',
  ],
];

/** Nothing of it may be called a fault. */
const HARMLESS: [what: string, happen: (story: Story) => unknown][] = [
  ['the good story', () => undefined],
  [
    'a message that was not heard, told of in time, and asked for',
    (story) => {
      unhear(story, 'bob', 4);
      session(story, 'bob').heard.push(syncRequired(8_300));
      synced(story.history, 'bob', 8_400, [inTheEnd(story, 4)]);
    },
  ],
  [
    'a message that was not heard by one who went soon after, and asked for it later',
    (story) => {
      unhear(story, 'bob', 4, 5);
      session(story, 'bob').endedAt = NOON + 11_000;
      synced(story.history, 'bob', 12_000, [inTheEnd(story, 4), inTheEnd(story, 5)]);
    },
  ],
  ['a bus that was lost', ({ end }) => Object.assign(end, { bus: null })],
  [
    'one who hears of their removal, and what was on its way',
    (story) => {
      Object.assign(session(story, CAT), { endedAt: null });
      const frames: [number, string, object][] = [
        [3_020, 'messages_read', { conversationId: CHAT }],
        [3_030, 'participant_removed', { conversationId: CHAT, userId: CAT }],
      ];
      for (const [ms, event, frame] of frames)
        session(story, CAT).heard.push({ at: NOON + ms, event, frame });
    },
  ],
  [
    'a message of which nobody knows, that is not there',
    ({ history }) => did(history, 'bob', sending(STRAY), 9_500, 9_510, UNKNOWN),
  ],
  [
    'no answer from a node that could not be reached',
    ({ history }) => Object.assign(did(history, 'bob', sending(STRAY), 4_100, 9_900, UNKNOWN), { node: 1 }),
  ],
  [
    'a message of one who was removed and came back',
    (story) => {
      did(story.history, 'ann', { kind: 'add', conversationId: CHAT, userId: CAT }, 3_500, 3_510, OK);
      story.end.stays.push({ conversationId: CHAT, userId: CAT, from: 4, to: null });
      session(story, CAT).heard.push(heard(message(4, 'bob', 'four', 8_000)));
      synced(story.history, CAT, 9_500, [inTheEnd(story, 5)], [{ id: CHAT }]);
    },
  ],
];

describe('the judge of histories', () => {
  it.each(HARMLESS)('finds nothing wrong with %s', (_what, happen) => {
    const story = goodStory();
    happen(story);
    expect(judge(story.history, story.end)).toEqual([]);
  });

  it.each(SPOILT)('finds %s', (_what, spoil, invariant) => {
    const story = goodStory();
    spoil(story);
    expect(judge(story.history, story.end).map((fault) => fault.split(' ')[0])).toContain(invariant);
  });
});
