/** npm run demo: a conversation across two nodes of the service. See demo/demo.mjs. */
import { requireSupportedNode } from './run/node-version.mjs';

requireSupportedNode();
await import('./demo/demo.mjs');
