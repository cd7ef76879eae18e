import type { ArgumentMetadata } from '@nestjs/common';
import { IsText, MayBeAbsent } from './field-decorators';
import { ShapePipe } from './validation.pipe';

class Optional {
  @MayBeAbsent()
  @IsText(1, 10)
  text?: string;
}

const pipe = new ShapePipe();

describe('ShapePipe', () => {
  it.each<ArgumentMetadata['type']>(['body', 'query', 'param'])('makes a %s into its class', (type) => {
    expect(pipe.transform({ text: 'a' }, { type, metatype: Optional })).toBeInstanceOf(Optional);
    expect(() => pipe.transform({ more: 'a' }, { type, metatype: Optional })).toThrow('not valid');
  });

  it.each([undefined, null])('takes a body that is %s for an empty one', (body) => {
    expect(pipe.transform(body, { type: 'body', metatype: Optional })).toEqual({});
    expect(() => pipe.transform(body, { type: 'query', metatype: Optional })).toThrow('not valid');
  });

  it.each([String, Number, Boolean, Array, Object, undefined])('leaves a %p alone', (metatype) => {
    const value = { more: 'a' };
    expect(pipe.transform(value, { type: 'body', metatype })).toBe(value);
  });

  it('leaves what a decorator of ours has made alone', () => {
    const actor = { userId: 'a' };
    expect(pipe.transform(actor, { type: 'custom', metatype: Optional })).toBe(actor);
  });
});
