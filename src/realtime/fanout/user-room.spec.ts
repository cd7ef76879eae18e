import { NIL_UUID } from '../../common/uuid';
import { ALICE } from '../../../test/support/realtime/deliveries';
import { userRoom } from './user-room';

describe('userRoom', () => {
  const tenantId = '01890000-0000-7000-8000-000000000001';

  it('is the plain one for those who belong to no tenant', () => {
    expect(userRoom({ tenantId: NIL_UUID, userId: ALICE })).toBe(`user:${ALICE}`);
  });

  it('is another for the same id under a tenant', () => {
    expect(userRoom({ tenantId, userId: ALICE })).toBe(`t:${tenantId}:user:${ALICE}`);
  });
});
