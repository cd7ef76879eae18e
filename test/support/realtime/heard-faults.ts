import { SocketDocument } from './socket-document';

const faults: string[] = [];
/** Whoever hears one wrong frame may hear thousands of them. */
const MOST = 5;

/** To be told of everything a test's sockets hear: what is not as docs/asyncapi.yaml says fails the test. */
export function judgeFrame(event: string, args: readonly unknown[]): void {
  note(event, args, SocketDocument.read().faultsOfFrame(event, args));
}

export function judgeAnswer(event: string, answer: unknown): void {
  note(`the answer to ${event}`, answer, SocketDocument.read().faultsOfAnswer(event, answer));
}

/** What was wrong since it was last asked. */
export function takeFaults(): string[] {
  return faults.splice(0);
}

function note(what: string, said: unknown, found: readonly string[]): void {
  if (found.length > 0 && faults.length < MOST)
    faults.push(`${what}: ${found.join('; ')}\n${JSON.stringify(said)}`);
}
