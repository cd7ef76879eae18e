export {
  currentContext,
  contextFrom,
  requestIdFrom,
  type RequestContext,
  runInContext,
} from './request-context';
