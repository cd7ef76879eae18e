import { Module } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import type { ChatExtension } from '../../src/extensions';

/** Every route that Fastify is given while a node starts, by whomever, as `METHOD /path`. */
export class RouteInventory {
  readonly routes: string[] = [];
  /** To be among the extensions of the world that is looked at. */
  readonly extension: ChatExtension;

  constructor() {
    const { routes } = this;

    // Nest makes its modules before it, or anybody, adds a route.
    @Module({})
    class Listening {
      constructor({ httpAdapter }: HttpAdapterHost) {
        httpAdapter.getInstance<FastifyInstance>().addHook('onRoute', ({ method, url }) => {
          for (const one of [method].flat()) routes.push(`${one} ${url}`);
        });
      }
    }
    this.extension = { name: 'route-inventory', module: Listening };
  }
}
