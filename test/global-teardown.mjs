import { stopInfrastructure } from './support/infra/infrastructure.mjs';

export default stopInfrastructure;
