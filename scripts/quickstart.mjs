/**
 * npm run quickstart: the service with all it needs, on a machine that has Node and npm.
 *
 * Nothing but the check of the requirements may be loaded before it.
 */
import { checkRequirements } from './run/requirements.mjs';

checkRequirements();
await import('./quickstart/quickstart.mjs');
