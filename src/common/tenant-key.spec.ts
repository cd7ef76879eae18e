import { tenantKey } from './tenant-key';
import { NIL_UUID } from './uuid';

const TENANT = '0190a0b1-0000-7000-8000-0000000000ff';

describe('tenantKey', () => {
  it('keeps tenants apart', () => {
    expect(tenantKey(TENANT, 'user:1')).toBe(`t:${TENANT}:user:1`);
  });

  it('leaves the name of the nil tenant as it is', () => {
    expect(tenantKey(NIL_UUID, 'user:1')).toBe('user:1');
  });
});
