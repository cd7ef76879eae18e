import { directPair } from './conversations.repository';

const ALICE = '01890a5d-ac96-774b-bcce-b302099a8057';
const BOB = '9f8b2c1e-3d4a-4f6b-8c7d-0e1f2a3b4c5d';

describe('directPair', () => {
  it('is the same whoever of the two asks', () => {
    expect(directPair('t', BOB, ALICE)).toEqual(directPair('t', ALICE, BOB));
  });

  it('has the lower id first, as Postgres compares UUIDs', () => {
    expect(directPair('t', BOB, ALICE)).toEqual({ tenantId: 't', low: ALICE, high: BOB });
  });
});
