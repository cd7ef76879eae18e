export { ResyncRequired } from './sync.errors';
export { DEFAULT_LIMIT, MAX_LIMIT, SyncPageDto } from './sync.dto';
export { SyncModule } from './sync.module';
export { SyncService } from './sync.service';
