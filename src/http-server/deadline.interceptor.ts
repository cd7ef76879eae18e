import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { catchError, type Observable, throwError, timeout, TimeoutError } from 'rxjs';
import { DependencyUnavailable } from '../common/problem';

/** Every request ends within 5 s, whatever is broken; each dependency has its own, shorter, time-outs before that. */
const DEADLINE_MS = 4_700;

@Injectable()
export class DeadlineInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    // What the guards took is gone already.
    const { elapsedTime } = context.switchToHttp().getResponse<FastifyReply>();
    return next.handle().pipe(
      timeout(Math.max(1, DEADLINE_MS - elapsedTime)),
      catchError((error: unknown) =>
        throwError(() =>
          error instanceof TimeoutError ? new DependencyUnavailable('deadline', error) : error,
        ),
      ),
    );
  }
}
