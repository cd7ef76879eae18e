export { StructuredLogger } from './structured-logger';
export { TelemetryModule } from './telemetry.module';
