/** Every migration of the core, oldest first. Append only. */
export { CoreSchema1763700000000 } from './1763700000000-core-schema';
export { IdsAndPartitions1763700001000 } from './1763700001000-ids-and-partitions';
export { AppendMessages1763700002000 } from './1763700002000-append-messages';
export { Sync1763700003000 } from './1763700003000-sync';
