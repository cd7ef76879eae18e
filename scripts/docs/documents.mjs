import { asyncApi } from './asyncapi.mjs';
import { configurationPage } from './configuration-page.mjs';
import { envExample } from './env-example.mjs';
import { eventSchemas } from './event-schemas.mjs';

/**
 * Every document that is made from code and committed. `produce` returns its whole text, or a promise of it;
 * how it is laid out does not matter where prettier knows the file type.
 */
export const documents = [
  { path: '.env.example', produce: envExample },
  { path: 'docs/configuration.md', produce: configurationPage },
  { path: 'docs/asyncapi.yaml', produce: asyncApi },
  ...eventSchemas,
];
