import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { expectProblem } from '../support/problem';
import { request } from '../support/rest';
import { World } from '../support/world';

interface Route {
  readonly method: string;
  /** As OpenAPI writes it: `/v1/conversations/{conversationId}`. */
  readonly path: string;
}

describe('the routes under /v1', () => {
  let world: World;
  let url: string;
  let routes: Route[];
  beforeAll(async () => {
    world = await World.start();
    [url = ''] = world.nodeUrls;
    routes = routesOf(world).filter(({ path }) => path.startsWith('/v1/'));
  });
  afterAll(() => world.stop());

  it('are found', () => {
    expect(routes).toContainEqual({ method: 'get', path: '/v1/users/me' });
    expect(routes).toContainEqual({ method: 'post', path: '/v1/conversations/{conversationId}/messages' });
  });

  it('are all in the OpenAPI document, each with the problems it may answer with', async () => {
    const { status, headers, body } = await request<OpenApi>('GET', `${url}/docs-json`);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^application\/json\b/);
    for (const { method, path } of routes) {
      const { responses = {} } = body.paths[path]?.[method] ?? {};
      expect({ method, path, statuses: Object.keys(responses) }).toEqual({
        method,
        path,
        statuses: expect.arrayContaining([expect.stringMatching(/^20/), '401', '503']),
      });
    }
  });

  it('T30 are all closed to strangers, whatever they send', async () => {
    for (const { method, path } of routes) {
      const address = url + path.replaceAll(/\{\w+\}/g, 'not-even-an-id');
      const body = method === 'get' ? undefined : { rubbish: true };
      expectProblem(await request(method.toUpperCase(), address, { body }), 'unauthenticated');
    }
  });

  it('are described on a page for people', async () => {
    const { status, headers } = await request('GET', `${url}/docs`);
    expect(status).toBe(200);
    expect(headers['content-type']).toMatch(/^text\/html\b/);
  });

  it('are described to nobody in production, unless asked for', async () => {
    const closed = await world.startNode({ NODE_ENV: 'production' });
    const open = await world.startNode({ NODE_ENV: 'production', DOCS_ENABLED: 'true' });
    expectProblem(await request('GET', `${world.nodeUrls[closed]}/docs-json`), 'not_found');
    expectProblem(await request('GET', `${world.nodeUrls[closed]}/docs`), 'not_found');
    expect((await request('GET', `${world.nodeUrls[open]}/docs-json`)).status).toBe(200);
  });
});

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { responses?: object }>> | undefined>>;
}

/** What the controllers of the first node offer, as Nest itself reads it from them. */
function routesOf({ nodes: [app] }: World): Route[] {
  const modules = [...(app?.get(ModulesContainer).values() ?? [])];
  const controllers = modules.flatMap((module) => [...module.controllers.values()]);
  return controllers.flatMap(({ metatype }) => routesOfController(metatype as Type));
}

function routesOfController(controller: Type): Route[] {
  const handlers = controller.prototype as Readonly<Record<string, object>>;
  const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string;
  return new MetadataScanner().getAllMethodNames(handlers).flatMap((name) => {
    const handler = handlers[name] ?? {};
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const path = `/${prefix}/${Reflect.getMetadata(PATH_METADATA, handler) as string}`;
    const inOpenApi = path.replace(/\/+$/, '').replaceAll(/:(\w+)/g, '{$1}');
    return [{ method: RequestMethod[method].toLowerCase(), path: inOpenApi }];
  });
}
