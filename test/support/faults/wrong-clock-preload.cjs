/**
 * Loaded before a program (NODE_OPTIONS=--require), it sets that program's clock wrong by the milliseconds that the
 * file CLOCK_OFFSET_FILE holds, and again whenever the file changes. Timers go on by the true one, as after a jump.
 */
const { readFileSync } = require('node:fs');

const LOOK_MS = 20;
const TrueDate = Date;
const file = process.env.CLOCK_OFFSET_FILE;

let offset = 0;
const look = () => (offset = Number(readFileSync(file, 'utf8')) || 0);
look();
setInterval(look, LOOK_MS).unref();

const now = () => TrueDate.now() + offset;

globalThis.Date = new Proxy(TrueDate, {
  construct: (target, args, newTarget) =>
    Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new TrueDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
