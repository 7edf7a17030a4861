import type { BusMemory } from '../memory/bus-memory.ts';
import { Errno, GRANT_FRAMES, Grant, GrantCall, GrantFlag, PAGE_BYTES, XenError } from './abi.ts';

const ENTRIES = PAGE_BYTES / Grant.bytes;
/** The status of an answer (GNTST). */
const OKAY = 0;

/** The grant table of the guest, version 1: which of its pages back ends may use. */
export class GrantTable {
  readonly #pages: number[];
  readonly #memory: BusMemory;
  readonly #bytes = new Uint8Array(Grant.bytes);
  readonly #view = new DataView(this.#bytes.buffer);

  /** @param pages numbers of the guest's pages that have the table, 0: nowhere; they change with the state */
  constructor(pages: number[], memory: BusMemory) {
    this.#pages = pages;
    this.#memory = memory;
  }

  /** A call of the guest; its results are put into `given`. Throws XenError. */
  call(number: number, given: DataView): void {
    switch (number) {
      case GrantCall.querySize:
        // Xen makes the first page of the table with the domain, and iPXE counts on it.
        given.setUint32(4, Math.max(1, this.#pages.findLastIndex((page) => page !== 0) + 1), true);
        given.setUint32(8, GRANT_FRAMES, true);
        given.setInt16(12, OKAY, true);
        break;
      case GrantCall.getVersion:
        given.setUint32(4, 1, true);
        break;
      default:
        throw new XenError(Errno.noCall);
    }
  }

  /**
   * The address of a page that the guest has granted; null: it has not, or not to be written. A back end asks for each access, so
   * that what the guest takes back is out of reach at once.
   */
  pageOf(reference: number, access: 'read' | 'write'): number | null {
    const entry = this.#entry(reference);
    if (entry === null) return null;
    const flags = entry.getUint16(Grant.flags, true);
    const isAllowed = (flags & GrantFlag.typeMask) === GrantFlag.access && entry.getUint16(Grant.domain, true) === 0;
    if (!isAllowed || (access === 'write' && (flags & GrantFlag.readOnly) !== 0)) return null;
    const address = entry.getUint32(Grant.frame, true) * PAGE_BYTES;
    return this.#memory.has(address, PAGE_BYTES) ? address : null;
  }

  /** Valid until the next one. */
  #entry(reference: number): DataView | null {
    const page = this.#pages[Math.floor(reference / ENTRIES)] ?? 0;
    if (page === 0) return null;
    this.#memory.read(page * PAGE_BYTES + (reference % ENTRIES) * Grant.bytes, this.#bytes);
    return this.#view;
  }
}
