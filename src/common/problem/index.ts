export { ApiProblems } from './api-problems';
export {
  DependencyUnavailable,
  DomainError,
  type FieldError,
  TooBusy,
  ValidationFailed,
} from './domain-error';
export { type Problem, type ProblemContext, toProblem } from './problem';
export { PROBLEMS, type ProblemCode } from './problem-catalogue';
export { answeredError, ProblemFilter, sendProblem } from './problem.filter';
