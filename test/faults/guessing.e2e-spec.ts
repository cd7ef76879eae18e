import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { ConversationDto } from '../../src/conversations/dto/conversation.dto';
import type { Person } from '../support/chat-client';
import type { Device } from '../support/device';
import { OpenApiDocument, type Operation } from '../support/openapi/document';
import { toWire } from '../support/openapi/draft';
import { draftsOf, type Scene } from '../support/openapi/recipes';
import { type Answer, request } from '../support/rest';
import { SERVICE_TOKEN, World } from '../support/world';

const PAIRS = 60;
const ATTEMPTS = 4;

/** All that an answer tells, but for what marks it as this occurrence. */
function told({ status, headers, body }: Answer<unknown>): object {
  const { date: _date, 'x-request-id': _id, ...otherHeaders } = headers;
  return { status, headers: otherHeaders, body: anonymous(body) };
}

const anonymous = (problem: unknown): object => ({ ...(problem as object), instance: '', traceId: '' });

describe('guessing', () => {
  let world: World;
  let document: OpenApiDocument;
  let alice: Person;
  let bob: Person;
  let carol: Person;
  let direct: ConversationDto;
  let group: ConversationDto;
  let device: Device;
  const key = randomUUID();
  const scene = {} as { direct: Scene; group: Scene };
  beforeAll(async () => {
    world = await World.start();
    document = await OpenApiDocument.of(world.nodeUrls[0] ?? '');
    [alice, bob, carol] = [world.person('Alice'), world.person('Bob'), world.person('Carol')];
    [direct, group] = [await alice.chatWith(bob), await alice.groupWith(bob)];
    const newcomerId = world.person('Dora').id;
    for (const [name, chat] of [
      ['direct', direct],
      ['group', group],
    ] as const) {
      const { id: messageId } = (await alice.says(chat, 'between us', { clientMessageId: key })).body;
      scene[name] = { conversationId: chat.id, messageId, personId: bob.id, newcomerId };
    }
    device = await carol.connects();
  });
  afterAll(() => world.stop());

  const nowhere = (): Scene => ({
    ...scene.direct,
    conversationId: randomUUID(),
    messageId: randomUUID(),
    personId: randomUUID(),
  });

  const aboutConversations = (): Operation[] =>
    document.operations.filter(
      ({ access, path }) => access === 'user' && path.startsWith('/v1/conversations/{conversationId}'),
    );

  function asks(who: Person, operation: Operation, about: Scene): Promise<Answer<unknown>> {
    const { method, target, body } = toWire(draftsOf(operation, about)[0]);
    return who.asks(method, target, { body });
  }

  describe('T26 who is there, and what', () => {
    it.each(['send_message', 'edit_message', 'delete_message', 'mark_as_read', 'mark_as_delivered'])(
      'fails by socket, too: %s',
      async (event) => {
        const answers = await Promise.all(
          [scene.direct, scene.group, nowhere()].map(({ conversationId, messageId }) => {
            const message = event === 'send_message' ? { replyToId: messageId } : { messageId };
            const content = event === 'delete_message' ? {} : { content: 'let me in' };
            return device.asks(
              event,
              event.startsWith('mark_')
                ? { conversationId, seq: 1 }
                : { conversationId, ...message, ...content },
            );
          }),
        );
        const [one, ...others] = answers.map((ack) => (ack.ok ? ack : anonymous(ack.error)));
        expect(one).toMatchObject({ code: 'conversation_not_found' });
        for (const other of others) expect(other).toEqual(one);
      },
    );

    it('fails with people: the ones who use this are named as easily as those who never did', async () => {
      const never = world.person('Never here');
      const asked = async (who: string) => [
        told(await carol.asks('PUT', `/v1/users/me/blocks/${who}`)),
        told(await carol.asks('DELETE', `/v1/users/me/blocks/${who}`)),
        told(await carol.adds(group, { id: who })),
        told(await carol.removes(group, { id: who })),
        told(await carol.asks('GET', `/v1/users/${who}`)),
      ];
      expect(await asked(alice.id)).toEqual(await asked(never.id));
      const [withHer, withThem] = [await carol.opens(alice), await carol.opens(never)];
      expect([withHer.status, withThem.status]).toEqual([201, 201]);
      const shapeOf = ({ body }: typeof withHer) =>
        body.participants.map(({ profile, ...rest }) => [
          Object.keys(profile),
          rest.role,
          rest.lastReadSeq,
          rest.lastDeliveredSeq,
        ]);
      expect(shapeOf(withHer)).toEqual(shapeOf(withThem));
    });

    it('fails by waiting: what is being written to is denied at once, as nothing is', async () => {
      const holder = new Client({ connectionString: world.database.url });
      await holder.connect();
      await holder.query('BEGIN');
      await holder.query('SELECT FROM conversations FOR UPDATE');
      const started = performance.now();
      const answers = aboutConversations().map(async (operation) => {
        const { status } = await asks(carol, operation, scene.group);
        return [operation.id, status];
      });
      const denied = await Promise.all(answers);
      const took = performance.now() - started;
      await holder.query('ROLLBACK');
      await holder.end();
      expect(denied).toEqual(aboutConversations().map(({ id }) => [id, 404]));
      expect(took).toBeLessThan(1_500);
    });

    it('fails by the clock: what is there takes no longer to be denied', async () => {
      for (const operation of aboutConversations()) {
        let ratio = Infinity;
        for (let attempt = 0; attempt < ATTEMPTS && !isAlike(ratio); attempt++)
          ratio = await ratioOfTimes(
            () => asks(carol, operation, scene.group),
            () => asks(carol, operation, nowhere()),
          );
        expect([operation.id, isAlike(ratio) || ratio]).toEqual([operation.id, true]);
      }
    }, 60_000);
  });

  describe('T29 an idempotency key', () => {
    it('of somebody else tells nothing, at any door', async () => {
      const body = { content: 'between us', clientMessageId: key };
      for (const changed of [body, { ...body, content: 'other' }]) {
        const [there, none] = [
          await carol.sends(group, changed),
          await carol.sends({ id: randomUUID() }, changed),
        ];
        expect(told(there)).toEqual(told(none));
        const acks = await Promise.all(
          [group.id, randomUUID()].map((id) =>
            device.says({ id }, changed.content, { clientMessageId: key }),
          ),
        );
        const [one, other] = acks.map((ack) => (ack.ok ? ack : anonymous(ack.error)));
        expect(one).toEqual(other);
      }
    });

    it('is one’s own among members: another’s neither collides nor replays', async () => {
      const his = await bob.connects();
      const ack = await his.says(group, 'mine', { clientMessageId: key });
      expect(ack).toMatchObject({ ok: true, data: { senderId: bob.id, content: 'mine' } });
      const byService = await request(
        'POST',
        `${world.nodeUrls[0]}/v1/internal/conversations/${group.id}/messages`,
        {
          headers: { authorization: `Bearer ${SERVICE_TOKEN}` },
          body: { type: 'system', content: 'ours', clientMessageId: key },
        },
      );
      expect(byService).toMatchObject({ status: 201, body: { senderId: null, content: 'ours' } });
      expect((await alice.says(group, 'between us', { clientMessageId: key })).status).toBe(200);
      his.leaves();
    });
  });
});

const isAlike = (ratio: number): boolean => ratio < 1.5 && ratio > 1 / 1.5;

/** Of two kinds of request, asked for in turns: how the times compare that half of them stay below. */
async function ratioOfTimes(one: () => Promise<unknown>, other: () => Promise<unknown>): Promise<number> {
  const times: [number[], number[]] = [[], []];
  for (let pair = 0; pair < PAIRS; pair++) {
    for (const [index, ask] of [one, other].entries()) {
      const started = performance.now();
      await ask();
      times[index]?.push(performance.now() - started);
    }
  }
  const [mine, theirs] = times.map((all) => all.sort((a, b) => a - b)[PAIRS / 2] ?? NaN);
  return (mine ?? NaN) / (theirs ?? NaN);
}
