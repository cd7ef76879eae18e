export { InvalidCursor, openCursor, sealCursor } from './sealed-cursor';
