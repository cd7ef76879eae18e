import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fetchBounded } from './bounded-fetch';

const BOUNDS = { timeoutMs: 300, maxBytes: 1_000 };

let server: Server;
let answer: RequestListener;
let requests: number;

beforeEach(async () => {
  requests = 0;
  server = createServer((request, response) => {
    requests++;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('fetchBounded', () => {
  it('reads a document of the largest size', async () => {
    answer = (_request, response) => response.end('x'.repeat(BOUNDS.maxBytes));
    await expect(fetchBounded(url(), BOUNDS)).resolves.toHaveLength(BOUNDS.maxBytes);
  });

  it('follows no redirect', async () => {
    answer = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    await expect(fetchBounded(url(), BOUNDS)).rejects.toThrow('302');
    expect(requests).toBe(1);
  });

  it.each<[string, RequestListener]>([
    ['an error', (_request, response) => response.writeHead(500).end('{"keys":[]}')],
    ['more than the bound', (_request, response) => response.end('x'.repeat(BOUNDS.maxBytes + 1))],
    [
      'more than the bound, without saying so first',
      (_request, response) => {
        response.write('x'.repeat(BOUNDS.maxBytes));
        response.end('x');
      },
    ],
    ['an error of any length', (_request, response) => response.writeHead(404).end('x'.repeat(1_000_000))],
    ['a reset connection', (request) => request.socket.destroy()],
    [
      'half of what was promised',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('x', () => response.destroy());
      },
    ],
  ])('rejects %s', async (_what, listener) => {
    answer = listener;
    await expect(fetchBounded(url(), BOUNDS)).rejects.toThrow();
  });

  it.each<[string, RequestListener]>([
    ['says nothing', () => undefined],
    ['stops in the middle', (_request, response) => response.write('x')],
    [
      'sends a byte now and then',
      (_request, response) => {
        const drip = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('gives up in time when the host %s', async (_what, listener) => {
    answer = listener;
    const started = performance.now();
    await expect(fetchBounded(url(), BOUNDS)).rejects.toThrow('within 300 ms');
    expect(performance.now() - started).toBeLessThan(BOUNDS.timeoutMs + 500);
  });

  it('rejects when nobody listens', async () => {
    const address = url();
    await new Promise((resolve) => server.close(resolve));
    await expect(fetchBounded(address, BOUNDS)).rejects.toThrow();
  });
});

function url(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
}
