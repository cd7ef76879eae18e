import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { MessageType, type MessageTypeHandler, type PreparedBody } from './message-type';
import { MessageTypes } from './message-types';
import { TextMessage } from './text-message';

@MessageType()
class Poll implements MessageTypeHandler {
  readonly type = 'poll';

  prepare(): PreparedBody {
    return { content: 'poll', payload: null };
  }
}

@MessageType()
class Notice extends Poll {
  override readonly type = 'notice' as 'poll';
  readonly fromClients = false;
}

class Unmarked extends Poll {
  override readonly type = 'unmarked' as 'poll';
}

async function typesOf(...handlers: (new () => MessageTypeHandler)[]): Promise<MessageTypes> {
  const app = await Test.createTestingModule({
    imports: [DiscoveryModule],
    providers: [MessageTypes, ...handlers],
  }).compile();
  await app.init();
  return app.get(MessageTypes);
}

function named(type: string): new () => MessageTypeHandler {
  @MessageType()
  class Named extends Poll {
    override readonly type = type as 'poll';
  }
  return Named;
}

describe('the types of messages', () => {
  it('are those of every marked provider', async () => {
    const types = await typesOf(TextMessage, Poll, Unmarked);
    expect(types.handlerOf('text', true)).toBeInstanceOf(TextMessage);
    expect(types.handlerOf('poll', true)).toBeInstanceOf(Poll);
    expect(() => types.handlerOf('unmarked', true)).toThrow('not valid');
  });

  it('exist for clients only where clients may write them', async () => {
    const types = await typesOf(Poll, Notice);
    expect(types.handlerOf('notice', false)).toBeInstanceOf(Notice);
    expect(() => types.handlerOf('notice', true)).toThrow('not valid');
  });

  it.each(['image', '', 'TEXT', '__proto__', 'constructor'])('do not have one called %j', async (type) => {
    const types = await typesOf(Poll);
    expect(() => types.handlerOf(type, true)).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        errors: [expect.objectContaining({ path: 'type' })],
      }),
    );
  });

  it('each have one handler, or the process does not start', async () => {
    await expect(typesOf(Poll, named('poll'))).rejects.toThrow('two handlers for messages of type "poll"');
  });

  it.each(['', 'Poll', '1st', 'poll!', 'a poll', 'poll\n', '-poll', `p${'o'.repeat(32)}`])(
    'can not be called %j',
    async (type) => {
      await expect(typesOf(named(type))).rejects.toThrow('is not a name for a type of message');
    },
  );

  it.each(['p', 'poll', 'acme.poll_2-b', `p${'o'.repeat(31)}`])('can be called %j', async (type) => {
    expect((await typesOf(named(type))).handlerOf(type, true).type).toBe(type);
  });
});
