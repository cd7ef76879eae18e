import { plainToInstance, TransformationType, type TransformFnParams } from 'class-transformer';
import { defaultMetadataStorage as decorators } from 'class-transformer/cjs/storage';

type Shape<T> = new () => T;
type Fields = Readonly<Record<string, unknown>>;
type Transform = (params: TransformFnParams) => unknown;

const OPTIONS = { exposeDefaultValues: true };

/**
 * @returns what makes an instance of `shape` from fields it declares, with its defaults where they are absent, as
 * `plainToInstance` does; only that what decorators say of each field is looked up once and not for every instance.
 */
export function compileTransforms<T extends object>(
  shape: Shape<T>,
  declared: readonly string[],
): (fields: Fields) => T {
  if (!hasTransformsOnly(shape, declared)) return (fields) => plainToInstance(shape, fields, OPTIONS);
  const transforms = new Map(declared.map((name) => [name, transformsOf(shape, name)]));
  return (fields) => {
    const instance = new shape();
    for (const name of Object.keys(fields)) {
      let value = fields[name];
      if (value === undefined) continue;
      for (const transform of transforms.get(name) ?? [])
        value = transform({ value, key: name, obj: fields, type: PLAIN_TO_CLASS, options: OPTIONS });
      if (value !== undefined) (instance as Record<string, unknown>)[name] = value;
    }
    return instance;
  };
}

const PLAIN_TO_CLASS = TransformationType.PLAIN_TO_CLASS;

/** Nothing is renamed, hidden or made an instance of something. */
function hasTransformsOnly(shape: Shape<object>, declared: readonly string[]): boolean {
  return (
    decorators.getStrategy(shape) === 'none' &&
    decorators.getExposedMetadatas(shape).length === 0 &&
    decorators.getExcludedMetadatas(shape).length === 0 &&
    declared.every((name) => decorators.findTypeMetadata(shape, name) === undefined) &&
    declared.every((name) =>
      decorators
        .findTransformMetadatas(shape, name, PLAIN_TO_CLASS)
        .every(({ options }) => Object.keys(options).length === 0),
    )
  );
}

function transformsOf(shape: Shape<object>, name: string): readonly Transform[] {
  return decorators.findTransformMetadatas(shape, name, PLAIN_TO_CLASS).map(({ transformFn }) => transformFn);
}
