import { OpenApiDocument, type Operation } from '../support/openapi/document';
import { expectProblem } from '../support/problem';
import { request } from '../support/rest';
import { World } from '../support/world';

describe('the documentation of REST', () => {
  let world: World;
  let url: string;
  beforeAll(async () => {
    world = await World.start();
    [url = ''] = world.nodeUrls;
  });
  afterAll(() => world.stop());

  it('names the answers that every operation may give', async () => {
    const { operations } = await OpenApiDocument.of(url);
    const guarded = operations.filter(({ access }) => access !== 'public');
    expect(guarded).not.toEqual([]);
    for (const operation of guarded) {
      const { id, responses } = operation;
      expect({ id, statuses: [...responses.keys()] }).toEqual({
        id,
        statuses: expect.arrayContaining([...statusesOf(operation)]),
      });
    }
  });

  it('is JSON for programs, and a page for people', async () => {
    const [json, page] = [await request('GET', `${url}/docs-json`), await request('GET', `${url}/docs`)];
    expect([json.status, json.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^application\/json\b/),
    ]);
    expect([page.status, page.headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^text\/html\b/),
    ]);
  });

  it('is there for nobody in production, unless asked for', async () => {
    const closed = await world.startNode({ NODE_ENV: 'production' });
    const open = await world.startNode({ NODE_ENV: 'production', DOCS_ENABLED: 'true' });
    expectProblem(await request('GET', `${world.nodeUrls[closed]}/docs-json`), 'not_found');
    expectProblem(await request('GET', `${world.nodeUrls[closed]}/docs`), 'not_found');
    expect((await request('GET', `${world.nodeUrls[open]}/docs-json`)).status).toBe(200);
  });
});

/** Whatever the operation does: who asks, how often and in what form, and what this service can not do without. */
function statusesOf({ method, path }: Operation): number[] {
  const aboutBodies = method === 'GET' ? [] : [413, 415];
  const aboutConversations = path.includes('{conversationId}') ? [404] : [];
  return [400, 401, 429, 503, ...aboutBodies, ...aboutConversations];
}
