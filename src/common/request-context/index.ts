export {
  currentContext,
  contextFrom,
  contextOf,
  rememberContext,
  requestIdFrom,
  type RequestContext,
  runInContext,
} from './request-context';
