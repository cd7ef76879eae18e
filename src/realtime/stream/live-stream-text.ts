/** The first characters of packets of Socket.IO, as far as a server sends them. */
const [CONNECTED, DISCONNECTED, EVENT] = ['0', '1', '2'];
const EVENT_NAME_AT = '2["'.length;

/** Clients come back that much after a connection was lost, each at a time of its own. */
const RETRY_MS = { least: 1_000, spread: 2_000 };
/** What ends a Socket.IO client for good: by itself it would come back with a token that is over, or evict another. */
const RETRY_LATER_MS = 24 * 60 * 60 * 1_000;

/** Clients pass over it. Proxies see that the connection is in use. */
export const HEARTBEAT = ':\n\n';

/**
 * The text of a live stream (WHATWG HTML, 9.2) that says what a packet of Socket.IO says. Events of this service have
 * one JSON object or nothing to say, and names that need no escapes, so they are cut out and not parsed; but for those
 * that a client can go on from: they become its `Last-Event-ID`.
 *
 * @param packet as it would go over a WebSocket
 * @returns nothing for what is no news to the client of a stream
 */
export function streamTextOf(packet: string): string {
  switch (packet.charAt(0)) {
    case CONNECTED:
      return retry(Math.round(RETRY_MS.least + Math.random() * RETRY_MS.spread));
    case DISCONNECTED:
      return retry(RETRY_LATER_MS);
    case EVENT:
      return textOfEvent(packet);
    default:
      return '';
  }
}

function textOfEvent(packet: string): string {
  const nameEnd = packet.indexOf('"', EVENT_NAME_AT);
  const event = packet.slice(EVENT_NAME_AT, nameEnd);
  // From behind `",`; without data browsers would not tell of the event.
  const data = packet.slice(nameEnd + 2, -1) || '{}';
  return `event: ${event}\n${idOf(event, data)}data: ${data}\n\n`;
}

/** An empty one takes back the one before: from there the client can not go on. */
function idOf(event: string, data: string): string {
  if (event === 'ready') return `id: ${(JSON.parse(data) as { since: string | null }).since ?? ''}\n`;
  if (event === 'sync') return `id: ${(JSON.parse(data) as { next: string }).next}\n`;
  return '';
}

function retry(milliseconds: number): string {
  return `retry: ${milliseconds}\n\n`;
}
