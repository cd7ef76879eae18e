import type { FastifyInstance, FastifyReply } from 'fastify';
import { onceLasting } from '../common/lasting-answer';
import { TooBusy } from '../common/problem';
import type { Metrics } from '../telemetry';

/**
 * Requests to the API that are being answered. With a tenth of a second for each that is ten thousand a second; where
 * there are more, taking in one more only makes all of them late, until nothing is answered in time at all.
 */
const MOST_AT_ONCE = 1_000;

/** A request more than can be answered in time is refused before it is read. Probes and scrapers are always let in. */
export function turnAwayCrowds(server: FastifyInstance, metrics: Metrics): void {
  const help = 'Requests that were refused unread, because too many were being answered.';
  const turnedAway = metrics.counter({ name: 'chat_http_requests_turned_away_total', help }, []);
  let underway = 0;
  const counted = new WeakSet<FastifyReply>();
  const leave = (reply: FastifyReply): void => {
    if (counted.delete(reply)) underway--;
  };

  server.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url?.startsWith('/v1/') !== true) return done();
    if (underway >= MOST_AT_ONCE) {
      turnedAway.inc();
      return done(new TooBusy('in time'));
    }
    underway++;
    counted.add(reply);
    // The client has gone without waiting for it, of which Fastify's hooks do not tell.
    reply.raw.once('close', () => leave(reply));
    onceLasting(reply.raw, () => leave(reply));
    done();
  });

  // Not when it has left: it may have to wait for one before it on its connection that lasts.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    leave(reply);
    done();
  });
}
