export { IsOpaqueObject, IsQueryInt, IsText, IsUuid, IsUuidList, MayBeAbsent } from './field-decorators';
export { isPlainObject, parseShape } from './parse-shape';
export { ShapePipe } from './validation.pipe';
