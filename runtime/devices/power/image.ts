/** Where the tables begin: the FACS, the first of them, wants 64 (ACPI specification 2.0, 5.2.9). */
export const TABLES_ALIGNMENT = 64;
/** The RSDP (5.2.4). */
export const RSDP_ALIGNMENT = 16;
/** Its length in ACPI 1.0. */
export const RSDP_BYTES = 20;
const TABLE_ALIGNMENT = 16;

/** The two pieces of memory that tables are placed in. */
export type Blob = 'rsdp' | 'tables';

/** A doubleword of a blob that holds an offset in the tables; their address is to be added. */
export interface TablePointer {
  readonly blob: Blob;
  readonly at: number;
}

/** A byte of a blob that makes `length` bytes from `start` on add up to 0. */
export interface TableChecksum {
  readonly blob: Blob;
  readonly at: number;
  readonly start: number;
  readonly length: number;
}

/** Bytes, and where they belong in physical memory. */
export interface PlacedTable {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** ACPI tables that may be placed anywhere, and what to change in them when it is known where. */
export class AcpiImage {
  readonly rsdp = new Uint8Array(RSDP_BYTES);
  readonly pointers: TablePointer[] = [];
  readonly checksums: TableChecksum[] = [];
  readonly #bytes: number[] = [];

  /** All tables but the RSDP. */
  get tables(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  /** Puts a table after the others; its offset. */
  add(table: Uint8Array): number {
    while (this.#bytes.length % TABLE_ALIGNMENT !== 0) this.#bytes.push(0);
    const at = this.#bytes.length;
    this.#bytes.push(...table);
    return at;
  }

  link(blob: Blob, places: readonly number[]): void {
    this.pointers.push(...places.map((at) => ({ blob, at })));
  }

  /**
   * Has a byte hold a checksum. It is 0 until then: the loader's command adds to it in SeaBIOS, but replaces it in
   * OVMF, by a sum that has counted it, and OVMF leaves out tables whose sum is wrong.
   */
  sum(blob: Blob, at: number, start: number, length: number): void {
    const bytes = blob === 'rsdp' ? this.rsdp : this.#bytes;
    bytes[at] = 0;
    this.checksums.push({ blob, at, start, length });
  }

  /** The RSDP at an address, a multiple of 64, and the tables right after it. */
  placedAt(address: number): PlacedTable[] {
    const tablesAddress = address + TABLES_ALIGNMENT;
    const blobs = { rsdp: this.rsdp.slice(), tables: this.tables };
    for (const { blob, at } of this.pointers) {
      const view = new DataView(blobs[blob].buffer);
      view.setUint32(at, view.getUint32(at, true) + tablesAddress, true);
    }
    for (const { blob, at, start, length } of this.checksums) {
      setChecksum(blobs[blob].subarray(start, start + length), at - start);
    }
    return [
      { address, bytes: blobs.rsdp },
      { address: tablesAddress, bytes: blobs.tables },
    ];
  }
}

/** Makes all of `bytes` add up to 0 by the byte at `at`. */
export function setChecksum(bytes: Uint8Array, at: number): void {
  bytes[at] = 0;
  bytes[at] = -bytes.reduce((sum, byte) => sum + byte, 0);
}
