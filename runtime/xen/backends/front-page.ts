import type { BusMemory } from '../../memory/bus-memory.ts';
import { PAGE_BYTES } from '../abi.ts';
import type { GrantTable } from '../grants.ts';

/** The address of a page that the front end shares, at the time of the call; null: it is none, or not any more. */
export type FrontPage = () => number | null;

/** A page by its number, which the front end has written into the store without a grant. */
export function numberedPage(memory: BusMemory, number: string | undefined): FrontPage {
  const address = /^\d{1,12}$/.test(number ?? '') ? Number(number) * PAGE_BYTES : null;
  return () => (address !== null && memory.has(address, PAGE_BYTES) ? address : null);
}

/** A page that the front end grants, to be written. */
export function grantedPage(grants: GrantTable, reference: string): FrontPage {
  const number = /^\d{1,10}$/.test(reference) ? Number(reference) : Number.NaN;
  return () => grants.pageOf(number, 'write');
}
