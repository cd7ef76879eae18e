import { TextMessage } from './text-message';

const prepare = (content: string | undefined, payload?: object) =>
  new TextMessage().prepare({ content, payload: payload as Record<string, unknown> });

describe('a text message', () => {
  it.each(['a', ' a ', '😀', '\u00a0a', 'line\nline', '<b>', '\u200b', 'e\u0301'])(
    'is kept as it was written: %j',
    (content) => {
      expect(prepare(content)).toEqual({ content, payload: null });
    },
  );

  it.each([undefined, '', ' ', '\n\t', '\u00a0', '\u3000 \u2003', '\ufeff'])('is not %j', (content) => {
    expect(() => prepare(content)).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        errors: [expect.objectContaining({ path: 'content' })],
      }),
    );
  });

  it('has no payload', () => {
    expect(() => prepare('a', {})).toThrow(
      expect.objectContaining({ errors: [expect.objectContaining({ path: 'payload' })] }),
    );
  });
});
