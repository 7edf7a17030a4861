/**
 * Guest memory by linear address, as the CPU's helpers see it. Every method translates, checks rights and throws
 * GuestFault (#PF, with CR2 set) if the access is not allowed. Values are unsigned for 8 and 16 bits, signed for 32.
 */
export interface LinearAccess {
  /** With the rights of the current privilege level. */
  load8(linear: number): number;
  load16(linear: number): number;
  load32(linear: number): number;
  store8(linear: number, value: number): void;
  store16(linear: number, value: number): void;
  store32(linear: number, value: number): void;
  /** With supervisor rights, whatever the CPL: descriptor tables, TSS, stack of an inner level. */
  loadSystem8(linear: number): number;
  loadSystem16(linear: number): number;
  loadSystem32(linear: number): number;
  storeSystem8(linear: number, value: number): void;
  storeSystem16(linear: number, value: number): void;
  storeSystem32(linear: number, value: number): void;
  /** Faults if any of the bytes may not be written with the current privilege level's rights (or, system, with all). */
  probeWrite(linear: number, bytes: number): void;
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
}
