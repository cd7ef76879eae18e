/**
 * Whether participant `q` of conversation `c` has blocked the other side of it, which then learns nothing of their
 * reading; only a direct one has sides. blocks primary key, which needs one user to be asked about: of two, all that
 * the participant has blocked would be read.
 */
export const hasBlocked = (q: string, c: string): string => /* sql */ `
  EXISTS (
    SELECT FROM blocks b
    WHERE b.tenant_uuid = ${q}.tenant_uuid AND b.blocker_uuid = ${q}.user_uuid
      AND b.blocked_uuid = CASE ${q}.user_uuid WHEN ${c}.direct_low_uuid THEN ${c}.direct_high_uuid
        ELSE ${c}.direct_low_uuid END
  )`;
