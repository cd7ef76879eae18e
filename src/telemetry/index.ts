export { AccessLog } from './access-log';
export type { Attempt } from './attempt';
export { Metrics } from './metrics/metrics';
export { RecordingModule } from './recording.module';
export { SecurityEvents } from './security/security-events';
export { StructuredLogger } from './structured-logger';
export { TelemetryModule } from './telemetry.module';
