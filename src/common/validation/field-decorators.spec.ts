import { createHash } from 'node:crypto';
import { DomainError } from '../problem';
import { IsOpaqueObject, IsQueryInt, IsText, IsUuid, IsUuidList } from './field-decorators';
import { parseShape } from './parse-shape';

class Fields {
  @IsUuid()
  id: unknown = '01890a5d-ac96-774b-bcce-b302099a8057';

  @IsUuidList()
  ids: unknown = [];

  @IsQueryInt(1, 100)
  limit: unknown = 1;

  @IsText(1, 4)
  text: unknown = 'a';

  @IsText(0, 4)
  optional: unknown = '';

  @IsOpaqueObject(64)
  opaque: unknown = {};
}

/** What becomes of a field's value; `REFUSED` when it is not let in. */
function taken(field: keyof Fields, value: unknown): unknown {
  try {
    return parseShape(Fields, { [field]: value })[field];
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError);
    return REFUSED;
  }
}
const REFUSED = Symbol('refused');

describe('a UUID', () => {
  it('is taken over in small letters', () => {
    expect(taken('id', '01890A5D-AC96-774B-BCCE-B302099A8057')).toBe('01890a5d-ac96-774b-bcce-b302099a8057');
    expect(taken('ids', ['01890A5D-AC96-774B-BCCE-B302099A8057'])).toEqual([
      '01890a5d-ac96-774b-bcce-b302099a8057',
    ]);
  });

  it.each([
    '',
    'me',
    1,
    null,
    {},
    ['01890a5d-ac96-774b-bcce-b302099a8057'],
    '01890a5d-ac96-774b-bcce-b302099a8057 ',
  ])('is not %j', (value) => {
    expect(taken('id', value)).toBe(REFUSED);
    expect(taken('ids', [value])).toBe(REFUSED);
  });

  it.each([null, '01890a5d-ac96-774b-bcce-b302099a8057', { 0: 'a', length: 1 }])(
    'is not found in %j, which is no list',
    (value) => {
      expect(taken('ids', value)).toBe(REFUSED);
    },
  );
});

describe('a number of a query', () => {
  it.each([
    ['1', 1],
    ['100', 100],
    ['007', 7],
    [42, 42],
  ])('%j is %d', (text, number) => {
    expect(taken('limit', text)).toBe(number);
  });

  it.each([
    '',
    ' 1',
    '1 ',
    '+1',
    '-1',
    '1e1',
    '0x10',
    '1.0',
    '1.5',
    '٣',
    '0',
    '101',
    '9'.repeat(17),
    'NaN',
    1.5,
  ])('%j is none that is allowed', (value) => {
    expect(taken('limit', value)).toBe(REFUSED);
  });

  it.each([[['1', '2']], [null], [{}], [true], [NaN], [Infinity]])('%p is none', (value) => {
    expect(taken('limit', value)).toBe(REFUSED);
  });
});

describe('a text', () => {
  it.each([
    ['a letter', 'a'],
    ['as many letters as there may be', 'abcd'],
    ['as many emoji as there may be', '😀😀😀😀'],
    ['combining marks', 'e\u0301e\u0301'],
    ['right to left', 'שלום'],
    ['white space: what it means is not for the shape to say', '   '],
    ['markup', '<b>'],
  ])('may be %s', (_what, value) => {
    expect(taken('text', value)).toBe(value);
  });

  it.each([
    ['nothing', ''],
    ['one letter too many', 'abcde'],
    ['one emoji too many', '😀😀😀😀😀'],
    ['one combining mark too many', 'e\u0301e\u0301e'],
    ['a NUL', 'a\0'],
    ['the first half of an emoji', '\ud83d'],
    ['the second half of an emoji', 'a\ude00'],
    ['the halves in the wrong order', '\ude00\ud83d'],
    ['a number', 1],
    ['a list', ['a']],
    ['null', null],
    ['an object that can be read as text', { toString: () => 'a' }],
  ])('may not be %s', (_what, value) => {
    expect(taken('text', value)).toBe(REFUSED);
  });

  it('may be empty only where it may', () => {
    expect(taken('optional', '')).toBe('');
  });
});

describe('an opaque object', () => {
  it.each([
    '{}',
    '{"a":{"b":[1,null,"c",{"d":true}]}}',
    '{"__proto__":{"admin":true}}',
    '{"a":{"__proto__":1}}',
    '{"constructor":"x"}',
    '{"constructor":{"prototype":{}}}',
    '{"a":[{"constructor":1}]}',
    '{"prototype":1,"toString":2,"hasOwnProperty":3}',
    '{"then":1,"toJSON":2,"length":3}',
    '{"":0," ":1,"0":2,"a.b":3,"$c":4}',
    '{"emoji 😀":"\\n\\t\\"\\\\"}',
  ])('is kept as it is: %s', (json) => {
    const value = JSON.parse(json) as unknown;
    expect(taken('opaque', value)).toBe(value);
    expect(JSON.stringify(value)).toBe(JSON.stringify(JSON.parse(json)));
    expect({}).not.toHaveProperty('admin');
  });

  it.each([
    ['null', null],
    ['a list', []],
    ['a text', '{}'],
    ['a number', 1],
    ['true', true],
    ['a date', new Date()],
    ['bytes', Buffer.from('{}')],
    ['one byte too long', { a: 'x'.repeat(64 - '{"a":""}'.length + 1) }],
    ['too long in bytes, not in characters', { a: 'é'.repeat(29) }],
  ])('is not %s', (_what, value) => {
    expect(taken('opaque', value)).toBe(REFUSED);
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"a":', '}'],
  ])('may be nested 64 levels deep and no deeper: %s', (_what, open, close) => {
    class Deep {
      @IsOpaqueObject(4_096)
      value: unknown;
    }
    const letIn = (levels: number): boolean => {
      const inner = `${open.repeat(levels - 1)}1${close.repeat(levels - 1)}`;
      try {
        parseShape(Deep, { value: JSON.parse(`{"a":${inner}}`) as unknown });
        return true;
      } catch {
        return false;
      }
    };
    expect([63, 64, 65, 66, 500].map(letIn)).toEqual([true, true, false, false, false]);
  });

  it('may be as long as it may', () => {
    const value = { a: 'x'.repeat(64 - '{"a":""}'.length) };
    expect(taken('opaque', value)).toBe(value);
  });
});

/** What Postgres says of jsonb: no NUL and no half of a surrogate pair, in any key or text. */
function storable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => storable(key) && storable(inner));
}

describe('an opaque object of any content', () => {
  class Holder {
    @IsOpaqueObject(100_000)
    opaque: Record<string, unknown>;
  }
  /** What is easily mistaken for one another once it is escaped. */
  const PIECES = [
    '\\',
    '"',
    'u0000',
    '\0',
    '\ud83d',
    '\ude00',
    '\\ud83d',
    '😀',
    'u',
    '/',
    '\n',
    'a',
    '\u2028',
  ];

  /** Throws with the seed's dice: the same each time. */
  function dice(seed: number): (sides: number) => number {
    const bytes = createHash('shake256', { outputLength: 512 }).update(`${seed}`).digest();
    let at = 0;
    return (sides) => bytes.readUInt8(at++ % bytes.length) % sides;
  }

  function anyText(roll: (sides: number) => number): string {
    // The worst pieces are rare, so that about half of the texts are sound.
    return Array.from({ length: roll(6) }, () => PIECES[roll(8) === 0 ? roll(PIECES.length) : roll(3)]).join(
      '',
    );
  }

  it.each(Array.from({ length: 20 }, (_, hundred) => hundred * 100))(
    'is let in exactly when Postgres can hold it (seeds from %d)',
    (from) => {
      for (let seed = from; seed < from + 100; seed++) {
        const roll = dice(seed);
        const opaque = { [anyText(roll)]: [anyText(roll), { [anyText(roll)]: anyText(roll) }] };
        let letIn = true;
        try {
          parseShape(Holder, { opaque });
        } catch {
          letIn = false;
        }
        expect({ seed, opaque, letIn }).toEqual({ seed, opaque, letIn: storable(opaque) });
      }
    },
  );
});
