import { Logger } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { MessagePolicies } from './message-policies';
import { type MessagePolicy, Policy, type PolicyVerdict, type ReviewedMessage } from './message-policy';

const MESSAGE: ReviewedMessage = {
  tenantId: 'the-tenant',
  conversationId: 'the-conversation',
  senderId: 'alice',
  type: 'text',
  content: 'hello',
  payload: null,
};

type Review = MessagePolicy['review'];

/** A policy that does this. Asked before those of a higher order. */
function aPolicy(
  review: Review,
  { order = 0, onFailure = 'refuse' }: Partial<MessagePolicy> = {},
): new () => MessagePolicy {
  @Policy()
  class Made implements MessagePolicy {
    readonly name = 'made';
    readonly order = order;
    readonly onFailure = onFailure;
    readonly review = review;
  }
  return Made;
}

async function policiesOf(...policies: (new () => MessagePolicy)[]): Promise<MessagePolicies> {
  const app = await Test.createTestingModule({
    imports: [DiscoveryModule],
    providers: [MessagePolicies, ...policies],
  }).compile();
  await app.init();
  return app.get(MessagePolicies);
}

const allow: Review = () => ({ verdict: 'allow' });
const adds =
  (suffix: string): Review =>
  ({ content }) => ({ verdict: 'rewrite', content: content + suffix });

describe('the policies', () => {
  let warned: jest.SpyInstance;
  beforeEach(() => {
    warned = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
  });
  afterEach(() => {
    warned.mockRestore();
    jest.useRealTimers();
  });

  it('leave a message as it is when there are none, and when all allow it', async () => {
    await expect((await policiesOf()).review(MESSAGE)).resolves.toBe('hello');
    await expect((await policiesOf(aPolicy(allow))).review(MESSAGE)).resolves.toBe('hello');
  });

  it('are asked lowest first, each about what the one before it made of the message', async () => {
    const policies = await policiesOf(
      aPolicy(adds(' third'), { order: 30 }),
      aPolicy(adds(' first'), { order: -1 }),
      aPolicy((message) => Promise.resolve(adds(' second')(message)), { order: 2 }),
    );
    await expect(policies.review(MESSAGE)).resolves.toBe('hello first second third');
  });

  it('may answer by whatever can be waited for', async () => {
    const thenable: Review = () =>
      ({
        then: (resolve: (verdict: PolicyVerdict) => void) =>
          resolve({ verdict: 'rewrite', content: 'later' }),
      }) as never;
    await expect((await policiesOf(aPolicy(thenable))).review(MESSAGE)).resolves.toBe('later');
  });

  it('do not change the message they are shown', async () => {
    const policies = await policiesOf(aPolicy(adds('!')));
    await policies.review(Object.freeze({ ...MESSAGE }));
    expect(MESSAGE.content).toBe('hello');
  });

  it('end with the first refusal, whose reason the sender is told', async () => {
    const later = jest.fn(allow);
    const refuse: Review = () => ({ verdict: 'refuse', reason: 'No links, please.' });
    const policies = await policiesOf(aPolicy(refuse, { order: 1 }), aPolicy(later, { order: 2 }));
    await expect(policies.review(MESSAGE)).rejects.toMatchObject({
      code: 'message_refused',
      message: 'No links, please.',
    });
    expect(later).not.toHaveBeenCalled();
  });

  const FAILURES: [string, Review][] = [
    [
      'throws',
      () => {
        throw new Error('out of order');
      },
    ],
    ['rejects', () => Promise.reject(new Error('out of order'))],
    ['says nothing', () => undefined as never],
    ['says something that is no verdict', () => ({ verdict: 'maybe' }) as never],
    ['rewrites to what is no text', () => ({ verdict: 'rewrite', content: 7 }) as never],
    ['promises what is no verdict', () => Promise.resolve(null as never)],
    ['does not answer in 200 ms', () => new Promise<PolicyVerdict>(() => {})],
  ];

  it.each(FAILURES)('are gone without when one %s that may be', async (_how, review) => {
    const policies = await policiesOf(
      aPolicy(review, { order: 1, onFailure: 'allow' }),
      aPolicy(adds('!'), { order: 2 }),
    );
    jest.useFakeTimers();
    const content = policies.review(MESSAGE);
    await jest.advanceTimersByTimeAsync(200);
    await expect(content).resolves.toBe('hello!');
    expect(warned).toHaveBeenCalledWith(expect.objectContaining({ policy: 'made' }));
  });

  it.each(FAILURES)('are not gone without when one %s that must not be', async (_how, review) => {
    const policies = await policiesOf(aPolicy(review, { onFailure: 'refuse' }));
    jest.useFakeTimers();
    const outcome = expect(policies.review(MESSAGE)).rejects.toMatchObject({ code: 'unavailable' });
    await jest.advanceTimersByTimeAsync(200);
    await outcome;
  });

  it('have 200 ms each, not together', async () => {
    const slow: Review = (message) =>
      new Promise((resolve) => setTimeout(() => resolve(adds('!')(message) as PolicyVerdict), 150));
    const policies = await policiesOf(aPolicy(slow, { order: 1 }), aPolicy(slow, { order: 2 }));
    jest.useFakeTimers();
    const content = policies.review(MESSAGE);
    await jest.advanceTimersByTimeAsync(300);
    await expect(content).resolves.toBe('hello!!');
  });

  it('leave nothing of the message in the log', async () => {
    const policies = await policiesOf(
      aPolicy(() => Promise.reject(new Error('out of order')), { onFailure: 'allow' }),
    );
    await policies.review({ ...MESSAGE, content: 'a secret' });
    expect(JSON.stringify(warned.mock.calls)).not.toContain('a secret');
  });
});
