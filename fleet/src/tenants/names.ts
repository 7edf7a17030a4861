import { FleetError } from '../error.ts';

/** The tenant that has no name: whoever reaches Redis and the store. It sees the names of all others, with their tenants before them. */
export const OPERATOR = '';

/** @throws FleetError for what is no name of a tenant */
export function checkedTenant(name: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) return name;
  throw new FleetError(`'${name}' is no name of a tenant; give small letters, digits and -, up to 31 of them`);
}

/** The name of something of a tenant among those of all tenants. */
export function fullName(tenant: string, name: string): string {
  return tenant === OPERATOR ? name : `${tenant}/${name}`;
}

/** The tenant that a full name begins with. */
export function tenantOf(full: string): string {
  return full.includes('/') ? full.slice(0, full.indexOf('/')) : OPERATOR;
}

/** A name as its tenant says it. */
export function ownName(tenant: string, full: string): string {
  return tenant === OPERATOR ? full : full.slice(tenant.length + 1);
}

/** The name in Redis of a tenant's record, with which those of all that it has begin. */
export const tenantKey = (tenant: string): string => `rawiron:tenant:${tenant}`;
