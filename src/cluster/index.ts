export { ClusterModule } from './cluster.module';
export { DeadNodes, type LastWill } from './dead-nodes';
export { NodeLease } from './node-lease';
export type { DeadNode } from './nodes.repository';
