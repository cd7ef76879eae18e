import { rounded } from '../run/report.mjs';

/**
 * @param {Awaited<ReturnType<typeof import('./measure-all.mjs').measureAll>>} measured
 * @param {string} [taken] what became of a message first
 */
export function deliveryTable(measured, taken = 'accepted/s') {
  const processes = Object.keys(
    Object.assign({}, ...measured.map(({ median }) => median.cpuSecondsPer1000)),
  ).sort((one, other) => (one === 'generator') - (other === 'generator'));
  const perSecond = new Map(measured.map(({ name, median }) => [name, median.acceptedPerSecond]));
  return {
    columns: [
      ...['', taken, 'of floor', 'delivered/s', 'p50 ms', 'p95 ms', 'p99 ms', 'refused', 'told to sync'],
      ...processes.map((name) => `${name} µs`),
    ],
    rows: measured.map(({ name, floor, median }) => [
      name,
      rounded(median.acceptedPerSecond),
      share(median.acceptedPerSecond, perSecond.get(floor)),
      rounded(median.deliveredPerSecond),
      ...Object.values(median.sendToDeliveredMs).map((ms) => rounded(ms, 1)),
      rounded(median.refused),
      rounded(median.toldToSync),
      ...processes.map((one) => rounded(microseconds(median.cpuSecondsPer1000[one]))),
    ]),
  };
}

function share(figure, floor) {
  return floor === undefined ? '' : `${rounded((figure / floor) * 100)} %`;
}

function microseconds(secondsPer1000 = null) {
  return secondsPer1000 === null ? null : secondsPer1000 * 1_000;
}
