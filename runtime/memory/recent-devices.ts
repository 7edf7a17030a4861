import { Access } from './paging.ts';

/** A key that belongs to no page. */
const NO_KEY = -1;

/**
 * The pages at which no memory was found last, by a load and by a store: the TLB has no entry for a device, and a walk for each
 * access of one that draws on a screen takes longer than the device. Forgotten with each flush of the TLB.
 */
export class RecentDevices {
  readonly #keys = [NO_KEY, NO_KEY];
  readonly #pages = [0, 0];

  /** An access (of Access) at a linear page leads to a physical page where no memory is. */
  note(page: number, access: number, physicalPage: number): void {
    const kind = kindOf(access);
    this.#keys[kind] = keyOf(page, access);
    this.#pages[kind] = physicalPage;
  }

  /** The physical page that an access leads to; -1 if that isn't known, or it isn't known that no memory is there. */
  find(page: number, access: number): number {
    const kind = kindOf(access);
    return this.#keys[kind] === keyOf(page, access) ? this.#pages[kind] : -1;
  }

  forget(): void {
    this.#keys.fill(NO_KEY);
  }
}

function kindOf(access: number): number {
  return access & Access.write ? 1 : 0;
}

/** A number for a page and the rights that an access has. */
function keyOf(page: number, access: number): number {
  return 2 * page + (access & Access.user ? 1 : 0);
}
