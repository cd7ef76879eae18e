import { Module } from '@nestjs/common';
import { DeadNodes } from './dead-nodes';
import { NodeLease } from './node-lease';
import { NodesRepository } from './nodes.repository';

@Module({ providers: [NodesRepository, NodeLease, DeadNodes], exports: [NodeLease, DeadNodes] })
export class ClusterModule {}
