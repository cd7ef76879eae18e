import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { parseShape } from './parse-shape';

const PRIMITIVES: ReadonlySet<unknown> = new Set([String, Boolean, Number, Array, Object]);

/** Applies `parseShape` to every body, query and parameter object whose type is a DTO class. */
@Injectable()
export class ShapePipe implements PipeTransform {
  transform(value: unknown, { metatype, type }: ArgumentMetadata): unknown {
    if (type === 'custom' || metatype === undefined || PRIMITIVES.has(metatype)) return value;
    // A request without a body is the empty object: the DTO then says what is missing.
    return parseShape(metatype as new () => object, type === 'body' ? (value ?? {}) : value);
  }
}
