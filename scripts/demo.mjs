/** npm run demo: a conversation across two nodes of the service. See demo/demo.mjs. */
import { checkRequirements } from './run/requirements.mjs';

checkRequirements();
await import('./demo/demo.mjs');
