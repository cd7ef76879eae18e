/**
 * On whose behalf something is done: a person, as their token says.
 * A user is (tenant, id): the same id under another tenant is someone else.
 */
export interface Actor {
  readonly tenantId: string;
  readonly userId: string;
}
