export type { ChatExtension } from './chat-extension';
export { loadExtensions } from './load-extensions';
