import { Samples } from '../measure/samples.mjs';
import { HttpConnection } from '../load/http-connection.mjs';
import { Failure } from '../../scripts/run/failure.mjs';
import { INBOX, LONG_CONVERSATION } from './seed.mjs';

const HISTORY = `/v1/conversations/${LONG_CONVERSATION}/messages`;
const PAGE = 50;
/** What the service allows. */
const MAX_OFFSET = 100_000;
/** What each conversation, and each message of a history, has once. */
const ITEM = /"(?:unreadCount|clientMessageId)":/;

/**
 * The pages that are read again and again.
 *
 * @type {{ name: string, path: (where: { lastSeq: number, cursors: string[] }) => string }[]}
 */
export const PAGES = [
  { name: 'history, newest 50', path: () => `${HISTORY}?limit=${PAGE}` },
  {
    name: 'history, 50 before anywhere',
    path: ({ lastSeq }) => `${HISTORY}?limit=${PAGE}&before=${52 + within(lastSeq - 52)}`,
  },
  {
    name: 'history, 50 after anywhere',
    path: ({ lastSeq }) => `${HISTORY}?limit=${PAGE}&after=${within(lastSeq - 52)}`,
  },
  {
    name: 'history, 50 at any offset',
    path: ({ lastSeq }) => `${HISTORY}?limit=${PAGE}&offset=${within(Math.min(lastSeq - 52, MAX_OFFSET))}`,
  },
  { name: 'inbox, first 50 of 2,000', path: () => `/v1/conversations?limit=${PAGE}` },
  {
    name: 'inbox, any 50 of 2,000',
    path: ({ cursors }) => `/v1/conversations?limit=${PAGE}&cursor=${cursors[within(cursors.length)]}`,
  },
];

/** Reads pages from one node as one person. */
export class Reader {
  #port;
  #token;
  #where;

  /** @param {{ port: number, token: string }} door */
  constructor({ port, token }) {
    this.#port = port;
    this.#token = token;
  }

  /** Finds out where there are pages: how long the history is, and where each page of the inbox begins. */
  async lookAround() {
    const connection = new HttpConnection(this.#port, () => undefined);
    const newest = await this.#get(connection, PAGES[0].path());
    const cursors = [];
    for (let path = `/v1/conversations?limit=${PAGE}`; cursors.length < INBOX / PAGE - 1;) {
      const { nextCursor } = await this.#get(connection, path);
      if (nextCursor === null) throw new Failure('The inbox is shorter than it should be.');
      cursors.push(encodeURIComponent(nextCursor));
      path = `/v1/conversations?limit=${PAGE}&cursor=${cursors.at(-1)}`;
    }
    connection.close();
    this.#where = { lastSeq: newest.items.at(-1).seq, cursors };
  }

  /**
   * @param {{ path: (where: object) => string }} page
   * @param {{ inFlight: number, seconds: number, most: number }} limits of time and of requests
   */
  async measure({ path }, { inFlight, seconds, most }) {
    const until = performance.now() + seconds * 1_000;
    const started = performance.now();
    const latencies = new Samples();
    const readOn = async () => {
      const connection = new HttpConnection(this.#port, () => undefined);
      while (performance.now() < until && latencies.count < most) {
        const asked = performance.now();
        const body = await this.#text(connection, path(this.#where));
        latencies.add(performance.now() - asked);
        const items = body.split(ITEM).length - 1;
        if (items < PAGE) throw new Failure(`A page has ${items} items and not ${PAGE}.`);
      }
      connection.close();
    };
    await Promise.all(Array.from({ length: inFlight }, readOn));
    const elapsed = (performance.now() - started) / 1_000;
    return { pagesPerSecond: latencies.count / elapsed, ms: latencies.percentiles() };
  }

  async #get(connection, path) {
    return JSON.parse(await this.#text(connection, path));
  }

  #text(connection, path) {
    const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nAuthorization: Bearer ${this.#token}\r\n\r\n`;
    return new Promise((resolve, reject) => {
      connection.ask(request, (status, body) => {
        if (status === 200) resolve(body());
        else reject(new Failure(`${path} was answered ${status} ${body()}`));
      });
    });
  }
}

function within(count) {
  return Math.floor(Math.random() * count);
}
