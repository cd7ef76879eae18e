import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum';
import type { FastifyRequest } from 'fastify';
import { ValidationFailed } from '../common/problem';
import { isPlainObject } from '../common/validation';

/** What a handler has a parameter for. */
interface Input {
  readonly query: boolean;
  readonly body: boolean;
}

/**
 * Queries and bodies are checked by their DTOs; an operation of the API that takes none has no DTO to find a stray
 * field by. Here it is found, since what is unknown is an error, never dropped in silence.
 *
 * It lets everybody pass: a guard because an interceptor, by Observables, costs a twentieth of a request.
 */
@Injectable()
export class KnownInputGuard implements CanActivate {
  private readonly inputs = new WeakMap<object, Input>();

  /** @throws ValidationFailed */
  canActivate(context: ExecutionContext): boolean {
    if (context.getType() === 'http') this.refuseStrayInput(context);
    return true;
  }

  private refuseStrayInput(context: ExecutionContext): void {
    const { query, body, routeOptions } = context.switchToHttp().getRequest<FastifyRequest>();
    if (routeOptions.url?.startsWith('/v1/') !== true) return;
    const takes = this.inputOf(context);
    if (!takes.query) refuseFieldsOf(query as object);
    if (takes.body || body === undefined || body === null) return;
    if (!isPlainObject(body)) throw ValidationFailed.of('', 'there is nothing to say here');
    refuseFieldsOf(body);
  }

  private inputOf(context: ExecutionContext): Input {
    const handler = context.getHandler();
    let input = this.inputs.get(handler);
    if (input === undefined) {
      const parameters = parametersOf(context.getClass(), handler.name);
      input = { query: has(RouteParamtypes.QUERY, parameters), body: has(RouteParamtypes.BODY, parameters) };
      this.inputs.set(handler, input);
    }
    return input;
  }
}

function refuseFieldsOf(input: object): void {
  const names = Object.keys(input);
  if (names.length > 0) throw new ValidationFailed(names.map((path) => ({ path, message: 'unknown field' })));
}

/** Nest files a handler's parameters under `<kind>:<position>`. */
function parametersOf(controller: object, handler: string): string[] {
  return Object.keys((Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as object);
}

function has(kind: RouteParamtypes, parameters: readonly string[]): boolean {
  return parameters.some((key) => key.startsWith(`${kind}:`));
}
