import { DependencyUnavailable, DomainError, ValidationFailed } from './domain-error';
import { toProblem } from './problem';

const CONTEXT = { requestId: 'req-42', traceId: '4bf92f3577b34da6a3ce929d0e0e4736' };
const INSIDE = 'hunter2';

describe('a problem', () => {
  it('is what the domain says of itself, with the occurrence to ask an operator about', () => {
    expect(
      toProblem(new DomainError('blocked', 'Messages can not be sent in this conversation.'), CONTEXT),
    ).toEqual({
      type: 'urn:chat-backend:problem:blocked',
      title: 'Blocked',
      status: 403,
      detail: 'Messages can not be sent in this conversation.',
      instance: 'urn:chat-backend:request:req-42',
      code: 'blocked',
      traceId: CONTEXT.traceId,
    });
  });

  it('lists the fields that are wrong, and only when there are some', () => {
    const problem = toProblem(ValidationFailed.of('content', 'must be text'), CONTEXT);
    expect(problem).toMatchObject({ status: 400, errors: [{ path: 'content', message: 'must be text' }] });
    expect(toProblem(new DomainError('not_found', 'There is no such endpoint.'), CONTEXT)).not.toHaveProperty(
      'errors',
    );
  });

  it.each([
    [
      'a driver error',
      Object.assign(new Error(`Key (content)=(${INSIDE})`), { code: '23505', detail: INSIDE }),
    ],
    ['a fault of ours', new TypeError(`${INSIDE} is not a function`)],
    ['an error with a status of its own', Object.assign(new Error(INSIDE), { status: 404, statusCode: 404 })],
    [
      'what looks like a domain error',
      { code: 'blocked', message: INSIDE, errors: [{ path: INSIDE, message: '' }] },
    ],
    ['a text', INSIDE],
    ['a list', [INSIDE]],
    ['nothing', undefined],
    ['null', null],
  ])('says nothing about %s', (_what, error) => {
    const problem = toProblem(error, CONTEXT);
    expect(problem).toMatchObject({ status: 500, code: 'internal_error', traceId: CONTEXT.traceId });
    expect(JSON.stringify(problem)).not.toContain(INSIDE);
  });

  it('does not tell the cause of an outage', () => {
    const problem = toProblem(new DependencyUnavailable(`postgres at ${INSIDE}`, new Error(INSIDE)), CONTEXT);
    expect(problem).toMatchObject({ status: 503, code: 'unavailable' });
    expect(JSON.stringify(problem)).not.toContain(INSIDE);
  });
});
