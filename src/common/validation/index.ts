export { IsOpaqueObject, IsQueryInt, IsText, IsUuid } from './field-decorators';
export { isPlainObject, parseShape } from './parse-shape';
export { ShapePipe } from './validation.pipe';
