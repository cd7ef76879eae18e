import type { Socket } from 'node:net';
import { Logger } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { sendProblem, toProblem, ValidationFailed } from '../common/problem';
import { contextFrom, runInContext } from '../common/request-context';
import type { HttpConfig } from '../config';
import { SECURITY_HEADERS } from './security-headers';

/** A larger body is a 413 before it is read. */
const BODY_LIMIT_BYTES = 256 * 1024;
/** Somebody who has connected must say what they want within this time, or is cut. */
const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
/** Every request ends within 5 s, whatever is broken; each dependency has its own, shorter, time-outs before that. */
const ANSWER_WITHIN_MS = 4_700;
const KEEP_ALIVE_TIMEOUT_MS = 65_000;

/** Fastify as this service wants it: bounds on everything a client can hold open, and its own errors as problems. */
export function httpAdapter({ trustProxy }: HttpConfig): FastifyAdapter {
  const logger = new Logger('HttpServer');
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    handlerTimeout: ANSWER_WITHIN_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // While stopping, requests on connections that are open are answered as ever, and told to be the last.
    return503OnClosing: false,
    http: {
      headersTimeout: HEADERS_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
      // Looked at in takeOddRequests.
      requireHostHeader: false,
    },
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: false, caseSensitive: true },
    // Ours go by X-Request-Id and are made in the request hooks; Fastify's own counter is not shown to anybody.
    requestIdHeader: false,
    // The router refuses some paths before any hook has run.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      const context = contextFrom(request.headers);
      void reply.header('x-request-id', context.requestId).headers(SECURITY_HEADERS);
      void reply.header('cache-control', 'no-store');
      runInContext(context, () => sendProblem(error, request, reply, logger));
    },
    clientErrorHandler: answerUnreadable,
  });
}

/** What could not even be read as HTTP still gets an answer of the contract, and is cut. */
function answerUnreadable(_error: Error, socket: Socket): void {
  if (!socket.writable || socket.destroyed) return;
  const context = contextFrom({});
  const body = JSON.stringify(toProblem(ValidationFailed.of('', 'This is not an HTTP request.'), context));
  socket.end(
    'HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/problem+json; charset=utf-8\r\n' +
      Object.entries(SECURITY_HEADERS)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('') +
      `X-Request-Id: ${context.requestId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}
