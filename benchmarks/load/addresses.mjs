/** From one address there are some 28,000 ports to the same door, and those used a minute ago are not free yet. */
const FROM_ONE_ADDRESS = 10_000;

/**
 * Where the n-th of many sockets comes from. All of 127.0.0.0/8 is this machine, on Linux; the first is so everywhere.
 *
 * @param {number} index
 */
export function addressOf(index) {
  return `127.0.0.${1 + Math.floor(index / FROM_ONE_ADDRESS)}`;
}
