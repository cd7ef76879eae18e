export { isHttpsUrl } from './https-url';
export {
  IsHttpsUrl,
  IsOpaqueObject,
  IsQueryInt,
  IsText,
  IsUuid,
  IsUuidList,
  MayBeAbsent,
  MayBeAbsentOrNull,
} from './field-decorators';
export { isTime, IsTime } from './is-time';
export { IsUuidQueryList } from './is-uuid-query-list';
export { isPlainObject, parseShape } from './parse-shape';
export { isShallowObject } from './shallow-object';
export { ShapePipe } from './validation.pipe';
