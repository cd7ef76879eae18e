export { BackgroundModule } from './background.module';
export { Background, type BackgroundTask } from './background-task';
