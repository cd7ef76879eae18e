import 'reflect-metadata';
import { Exclude, Expose, plainToInstance, Transform, Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsDefined,
  IsInt,
  IsOptional,
  IsString,
  MinLength,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  validateSync,
} from 'class-validator';
import { compileChecks } from './compiled-checks';
import { compileTransforms } from './compiled-transforms';

class Plain {
  @IsString()
  @MinLength(2)
  text: string = 'ab';

  @ValidateIf((_object, value) => value !== undefined)
  @IsInt()
  count?: number;

  @ValidateIf(({ text }: Plain) => text === 'picky')
  @IsInt()
  sometimes?: unknown;
}

class Heir extends Plain {
  @IsInt()
  more: number = 1;
}

class Inner {
  @IsInt()
  n: number;
}

class Each {
  @IsString({ each: true })
  @ArrayMaxSize(3)
  texts: string[] = [];
}

class Nested {
  @ValidateNested()
  @Type(() => Inner)
  inner?: Inner;
}

class Grouped {
  @IsInt({ groups: ['later'] })
  n: unknown = 'no number';
}

class Optional {
  @IsOptional()
  @IsInt()
  n?: unknown;
}

class Defined {
  @IsDefined()
  n?: unknown;
}

/** In `validateSync` what is not known at once passes. */
class Slow {
  @ValidateBy({ name: 'slow', async: true, validator: { validate: () => Promise.resolve(false) } })
  n: unknown = 1;
}

class Truthy {
  @ValidateBy({ name: 'truthy', validator: { validate: (value) => value as boolean } })
  n: unknown = 'yes';
}

class Nothing {}

const made = <T extends object>(shape: new () => T, fields: object): T => Object.assign(new shape(), fields);

const INSTANCES: readonly [string, object][] = [
  ['right as it begins', new Plain()],
  ['wrong at the first rule', made(Plain, { text: 1 })],
  ['wrong at the second rule', made(Plain, { text: 'a' })],
  ['right, with more', made(Plain, { count: 2 })],
  ['wrong where it need not be there', made(Plain, { count: 'two' })],
  ['asked for by another field, and not there', made(Plain, { text: 'picky' })],
  ['asked for by another field', made(Plain, { text: 'picky', sometimes: 1 })],
  ['right, and an heir', new Heir()],
  ['an heir wrong in what it inherits', made(Heir, { text: 1 })],
  ['an heir wrong in its own', made(Heir, { more: 'x' })],
  ['items that are right', made(Each, { texts: ['a'] })],
  ['an item that is wrong', made(Each, { texts: ['a', 1] })],
  ['a shape in a shape', made(Nested, { inner: made(Inner, { n: 1 }) })],
  ['a shape in a shape that is wrong', made(Nested, { inner: made(Inner, { n: 'x' }) })],
  ['a rule of a group', new Grouped()],
  ['left out', new Optional()],
  ['null', made(Optional, { n: null })],
  ['optional and wrong', made(Optional, { n: 'x' })],
  ['to be there, and not', new Defined()],
  ['to be there', made(Defined, { n: 0 })],
  ['judged later', new Slow()],
  ['no more than truthy', new Truthy()],
  ['without any rule', new Nothing()],
];

describe('checks that are compiled', () => {
  it.each(INSTANCES)('never pass what class-validator refuses: %s', (_what, instance) => {
    const passes = compileChecks(instance.constructor as new () => object)(instance);
    const isRight = validateSync(instance, { forbidUnknownValues: true }).length === 0;
    expect([passes, isRight]).not.toEqual([true, false]);
  });

  it.each([
    ['right as it begins', new Plain()],
    ['right, with more', made(Plain, { count: 2 })],
    ['asked for by another field', made(Plain, { text: 'picky', sometimes: 1 })],
    ['right, and an heir', new Heir()],
  ])('pass by themselves what is plain: %s', (_what, instance) => {
    expect(compileChecks(instance.constructor as new () => object)(instance)).toBe(true);
  });
});

class Transformed {
  @Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))
  text: string = 'as it begins';

  @Transform(
    ({ key, obj }: { key: string; obj: Record<string, unknown> }) => `${key} of ${Object.keys(obj).length}`,
  )
  told?: string;

  count: number = 3;
}

class TransformedHeir extends Transformed {
  @Transform(({ value }: { value: unknown }) => `${String(value)}!`)
  more?: string;
}

class Renamed {
  @Expose({ name: 'outside' })
  inside: string = 'nothing';
}

class Hidden {
  @Exclude()
  secret: string = 'kept';
}

class Typed {
  @Type(() => Number)
  n: number = 0;
}

class OfAVersion {
  @Transform(() => 'changed', { groups: ['later'] })
  text: string = 'a';
}

describe('transformations that are compiled', () => {
  it.each<[string, new () => object, Record<string, unknown>]>([
    ['nothing', Transformed, {}],
    ['a field', Transformed, { text: '  a ' }],
    ['null', Transformed, { text: null }],
    ['nothing where something could be', Transformed, { text: undefined, count: undefined }],
    ['all of them', Transformed, { text: ' a', told: 'x', count: 7 }],
    ['what is inherited', TransformedHeir, { text: ' a ', more: 'b' }],
    ['a field by another name', Renamed, { outside: 'a', inside: 'b' }],
    ['a field that is hidden', Hidden, { secret: 'mine' }],
    ['a field of a type', Typed, { n: '7' }],
    ['a transformation of a group', OfAVersion, { text: 'b' }],
  ])('make of it what class-transformer makes: %s', (_what, shape, fields) => {
    const declared = ['text', 'told', 'count', 'more', 'inside', 'outside', 'secret', 'n'];
    const instance = compileTransforms(shape, declared)(fields);
    expect(instance).toBeInstanceOf(shape);
    expect(instance).toEqual(plainToInstance(shape, fields, { exposeDefaultValues: true }));
  });
});
