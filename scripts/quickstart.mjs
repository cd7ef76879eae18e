/**
 * npm run quickstart: the service with all it needs, on a machine that has Node and npm.
 *
 * Nothing but the check of Node's version may be loaded before that check.
 */
import { requireSupportedNode } from './run/node-version.mjs';

requireSupportedNode();
await import('./quickstart/quickstart.mjs');
