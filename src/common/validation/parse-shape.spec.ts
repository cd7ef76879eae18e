import { IsInt, IsString } from 'class-validator';
import { DomainError } from '../problem';
import { IsOpaqueObject, IsQueryInt, IsText, MayBeAbsent } from './field-decorators';
import { isPlainObject, parseShape } from './parse-shape';

class Note {
  @IsText(1, 100)
  text: string;

  @IsString()
  kind: string = 'plain';

  @MayBeAbsent()
  @IsInt()
  weight?: number;

  @MayBeAbsent()
  @IsOpaqueObject(1_000)
  extra?: Record<string, unknown>;
}

/** The fields it finds wrong, or `undefined` where nothing is. Any other error is a fault of ours. */
function wrongFields(value: unknown): Record<string, string> | undefined {
  try {
    parseShape(Note, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    expect(error.code).toBe('validation_failed');
    return Object.fromEntries((error.errors ?? []).map(({ path, message }) => [path, message]));
  }
}

/** As it comes from the wire: `__proto__` is a key like any other. */
function fromJson(json: string): unknown {
  return JSON.parse(json);
}

describe('parseShape', () => {
  it('makes an instance, with defaults where fields are absent', () => {
    const note = parseShape(Note, { text: 'a' });
    expect(note).toBeInstanceOf(Note);
    expect({ ...note }).toEqual({ text: 'a', kind: 'plain' });
  });

  it('takes what the router makes of a path or a query, which has no ordinary prototype', () => {
    const params = Object.assign(Object.create(null) as object, { text: 'a' });
    const query = Object.assign(Object.create(Object.create(null) as object) as object, { text: 'a' });
    expect([parseShape(Note, params).text, parseShape(Note, query).text]).toEqual(['a', 'a']);
  });

  it.each([
    ['null', null],
    ['nothing', undefined],
    ['a list', [{ text: 'a' }]],
    ['a text', '{"text":"a"}'],
    ['a number', 1],
    ['bytes', Buffer.from('{}')],
    ['a date', new Date()],
    ['a map', new Map([['text', 'a']])],
    ['an instance', Object.assign(new Note(), { text: 'a' })],
  ])('wants a JSON object, not %s', (_what, value) => {
    expect(wrongFields(value)).toEqual({ '': 'must be a JSON object' });
  });

  it('takes null for a value, and one of the wrong type, where a field may be absent', () => {
    expect(wrongFields({ text: 'a', weight: null })).toEqual({ weight: expect.any(String) });
    expect(wrongFields({ text: 'a', extra: null })).toEqual({ extra: expect.any(String) });
    expect(wrongFields({ text: 'a', kind: null })).toEqual({ kind: expect.any(String) });
  });

  it('names no more than a hundred fields, however many are wrong', () => {
    const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`field${n}`, n]));
    expect(Object.keys(wrongFields({ ...fields, text: 1 }) ?? {})).toHaveLength(100);
  });

  it('names every field that is wrong, and repeats no value', () => {
    const wrong = wrongFields({ text: 'my secret'.repeat(50), weight: 'my secret', more: 'my secret' });
    expect(wrong).toEqual({ text: expect.any(String), weight: expect.any(String), more: 'unknown field' });
    expect(JSON.stringify(wrong)).not.toContain('my secret');
  });

  it.each([
    'type',
    'id',
    '',
    'then',
    'length',
    '0',
    'Text',
    'text ',
    '__proto__',
    'constructor',
    'prototype',
  ])('refuses the unknown field %j', (key) => {
    expect(wrongFields(fromJson(`{"text":"a",${JSON.stringify(key)}:"b"}`))).toEqual({
      [key]: 'unknown field',
    });
  });

  it.each(Object.getOwnPropertyNames(Object.prototype))(
    'refuses the unknown field %j, which every object has already',
    (key) => {
      expect(Object.keys(wrongFields(fromJson(`{"text":"a",${JSON.stringify(key)}:"b"}`)) ?? {})).toEqual([
        key,
      ]);
    },
  );

  it.each([
    ['a text', '{"text":{"constructor":1}}', 'text'],
    ['an unknown field', '{"text":"a","more":{"constructor":1}}', 'more'],
  ])('refuses %s that is an object with a constructor of its own', (_what, json, field) => {
    expect(Object.keys(wrongFields(fromJson(json)) ?? {})).toEqual([field]);
  });

  it.each(['text', 'extra', 'more'])('refuses %s nested deeper than anybody needs', (field) => {
    const deep = '['.repeat(60_000) + ']'.repeat(60_000);
    const fields = wrongFields({ text: 'a', [field]: fromJson(`{"a":${deep}}`) });
    expect(Object.keys(fields ?? {})).toEqual([field]);
  });

  it('tells where in the whole the fields stood that are wrong', () => {
    const paths = (value: unknown): string[] => {
      try {
        parseShape(Note, value, 'payload');
        return [];
      } catch (error) {
        return (error as DomainError).errors?.map(({ path }) => path) ?? [];
      }
    };
    expect(paths({ text: 1, more: 1 })).toEqual(['payload.more', 'payload.text']);
    expect(paths([])).toEqual(['payload']);
    expect(paths({ text: 'a' })).toEqual([]);
  });

  it('knows the fields a shape inherits', () => {
    class Longer extends Note {
      @IsInt()
      length: number;
    }
    expect({ ...parseShape(Longer, { text: 'a', length: 1 }) }).toEqual({
      text: 'a',
      kind: 'plain',
      length: 1,
    });
    expect(wrongFields({ text: 'a', length: 1 })).toEqual({ length: 'unknown field' });
  });

  it('changes no prototype, whatever it is given', () => {
    for (const key of ['__proto__', 'constructor', 'prototype']) {
      wrongFields(fromJson(`{"text":"a","${key}":{"polluted":true,"prototype":{"polluted":true}}}`));
    }
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('isPlainObject', () => {
  it.each([
    [{}, true],
    [Object.create(null), true],
    [[], false],
    [null, false],
    ['text', false],
    [new Date(), false],
    [new Note(), false],
    [() => undefined, false],
  ])('%p: %s', (value, plain) => {
    expect(isPlainObject(value)).toBe(plain);
  });
});

describe('a shape with numbers from a query', () => {
  class Page {
    @IsQueryInt(1, 100)
    limit: number = 50;

    @MayBeAbsent()
    @IsQueryInt(0, Number.MAX_SAFE_INTEGER)
    after?: number;
  }

  it('tells absent from empty', () => {
    expect({ ...parseShape(Page, {}) }).toEqual({ limit: 50 });
    expect(() => parseShape(Page, { limit: '' })).toThrow(DomainError);
    expect(() => parseShape(Page, { after: '' })).toThrow(DomainError);
  });
});
