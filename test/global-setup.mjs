import { startInfrastructure } from './support/infra/infrastructure.mjs';

export default startInfrastructure;
