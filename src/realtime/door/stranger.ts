import type { Attempt } from '../../telemetry';

/** Who knocks and has not been let in, for the record. */
export const STRANGER: Attempt = { door: 'socket', operation: 'connect', caller: 'nobody', tenantId: null };
