/** What is asked of the service: closed loops, and open loops at rates below and at half of what is aimed for. */
const IN_FLIGHT = [16, 64, 256];
const KINDS = [
  { door: 'socket', conversations: 'pairs', rates: [2_500, 5_000] },
  { door: 'rest', conversations: 'pairs', rates: [2_000, 4_000] },
  { door: 'socket', conversations: 'rooms', rates: [1_250, 2_500] },
  { door: 'rest', conversations: 'rooms', rates: [1_250, 2_500] },
];

/** Whose figure at the same door and in the same conversations each row is compared with. */
const FLOOR = { subject: 'relay', inFlight: 64 };

/**
 * @typedef {import('../load/generator.mjs').Load & { name: string, subject: 'service' | 'relay', floor: string }} Case
 * @returns {Case[]}
 */
export function loads() {
  return KINDS.flatMap(({ rates, ...kind }) => {
    const floor = named({ ...kind, ...FLOOR });
    return [
      floor,
      ...IN_FLIGHT.map((inFlight) => ({ ...named({ ...kind, subject: 'service', inFlight }), floor: floor.name })),
      ...rates.map((rate) => named({ ...kind, subject: 'service', rate })),
    ];
  });
}

function named(load) {
  const { subject, door, conversations, inFlight, rate } = load;
  const how = inFlight === undefined ? `${rate}/s open` : `${inFlight} in flight`;
  return { ...load, name: `${subject === 'relay' ? 'floor: ' : ''}${door}, ${conversations}, ${how}` };
}
