import type { AccessWatcher, Watch, WatchOwner } from './watch.ts';

/**
 * Guest memory by linear address, with certain rights. Every method translates, checks these and throws GuestFault (#PF,
 * with CR2 set) if the access is not allowed. Values are unsigned for 8 and 16 bits, signed for 32.
 */
export interface DataAccess {
  load8(linear: number): number;
  load16(linear: number): number;
  load32(linear: number): number;
  store8(linear: number, value: number): void;
  store16(linear: number, value: number): void;
  store32(linear: number, value: number): void;
  /** Faults if any of the bytes may not be written. Doublewords that are stored there next, in ascending order, are one store to a device (WideStore). */
  probeWrite(linear: number, bytes: number): void;
}

/** Guest memory as the CPU's helpers see it. */
export interface LinearAccess {
  /** Accesses with the rights of the current privilege level. */
  readonly current: DataAccess;
  /** Number of accesses that were not aligned, so that they could not be done in place (translator/emit/accesses.ts). */
  misaligned: number;
  /** With supervisor rights, whatever the CPL: descriptor tables, TSS, stack of an inner level. */
  loadSystem8(linear: number): number;
  loadSystem16(linear: number): number;
  loadSystem32(linear: number): number;
  storeSystem8(linear: number, value: number): void;
  storeSystem16(linear: number, value: number): void;
  storeSystem32(linear: number, value: number): void;
  probeWriteSystem(linear: number, bytes: number): void;
  /** Forgets translations: all, all but global ones, or one page. */
  flushAll(): void;
  flushNonGlobal(): void;
  flushPage(linear: number): void;
}

/** Memory as the processor's system instructions need it besides. */
export interface ProcessorMemory extends LinearAccess {
  /** The doubleword at a physical address, a multiple of 4. */
  loadPhysical32(physical: number): number;
  storePhysical32(physical: number, value: number): void;
  /** Watches these pages, and no others for this owner; the watcher sees every access to their data. */
  watch(owner: WatchOwner, watches: readonly Watch[], watcher: AccessWatcher): void;
  /**
   * Bytes from a linear address on that may be loaded, or stored to, by no more than reading and writing this array: at
   * most `length`, and within a page. Null where an access has to go the usual way. Not to be kept.
   */
  readableSpan(linear: number, length: number): Uint8Array | null;
  writableSpan(linear: number, length: number): Uint8Array | null;
  /** Whether the TLB knows that supervisor loads of these bytes reach plain RAM. */
  isMappedForSystem(linear: number, bytes: number): boolean;
  /** Whether bytes in one page may be stored to without a fault, and with nobody to be told. False also where that isn't known. */
  isWritable(linear: number, bytes: number): boolean;
  /** Whether instructions in the page of a linear address are watched. */
  watchesCode(linear: number): boolean;
}
