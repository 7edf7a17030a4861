/** The data that a loader gives to the machine: plain data, so that the same boot can be applied, shown and tested. */

/** Bytes to put into physical memory before the CPU starts. */
export interface BootWrite {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** A byte written to an I/O port before the CPU starts. */
export type PortWrite = readonly [port: number, value: number];

/** General registers at the first instruction; the segment bases are those of `BootState.selectors`. */
export interface BootRegisters {
  readonly eip: number;
  readonly eflags: number;
  readonly eax: number;
  readonly ecx: number;
  readonly edx: number;
  readonly ebx: number;
  readonly esp: number;
  readonly ebp: number;
  readonly esi: number;
  readonly edi: number;
}

/**
 * The machine at the first instruction of a directly loaded guest.
 * real: real mode, segment bases are selector * 16.
 * flat32: protected mode without paging, CPL 0, A20 open; CS is a 32-bit readable code segment and DS ES FS GS SS are
 * writable data segments, all with base 0 and limit 4 GB, as in the descriptor table at `gdt`. The IDT is empty.
 */
export interface BootState {
  readonly mode: 'real' | 'flat32';
  readonly writes: readonly BootWrite[];
  /** In this order; none if left out. */
  readonly ports?: readonly PortWrite[];
  readonly registers: BootRegisters;
  readonly selectors: { readonly code: number; readonly data: number };
  /** Where the system puts the address at which it goes on in real mode after a suspension to RAM; left out: it cannot. */
  readonly wakingVector?: number;
  /** Linear base and limit (bytes - 1); real mode has none. */
  readonly gdt?: { readonly base: number; readonly limit: number };
}

/** ACPI tables to be placed in memory with the guest. */
export interface AcpiPlacement {
  readonly tables: readonly BootWrite[];
  /** Physical address of the RSDP (within one of the tables). */
  readonly rsdpAddress: number;
}

/** A file for a Multiboot kernel, and the string that goes with it. */
export interface BootModule {
  readonly image: Uint8Array;
  readonly string?: string;
}

/** The kernel or system to boot, and the size of memory. */
export interface BootRequest {
  /** RAM from address 0 on, and from 4 GB on. */
  readonly memoryBytes: number;
  readonly memoryAbove4G?: number;
  /** Bytes at the end of the memory below 4 GB that firmware keeps for itself. */
  readonly firmwareBytes?: number;
  readonly kernel: Uint8Array;
  /** Shown to a Multiboot kernel as the first word of its command line. */
  readonly kernelName?: string;
  readonly initrd?: Uint8Array;
  /** The string of the Multiboot module that the initrd becomes. */
  readonly initrdName?: string;
  /** Further modules of a Multiboot kernel. */
  readonly modules?: readonly BootModule[];
  readonly commandLine?: string;
  readonly acpi?: AcpiPlacement;
  /** Size of the VGA text screen, if the machine has one (mode 3 is then set up). */
  readonly screen?: { readonly columns: number; readonly rows: number };
}

/** A guest image that cannot be booted; the message says why and what to do. */
export class BootError extends Error {
  override readonly name = 'BootError';
}

const EFLAGS_INTERRUPTS_OFF = 0x2;

/** Registers at the entry: the given ones, the others 0. */
export function bootRegisters(given: Partial<BootRegisters> & { readonly eip: number }): BootRegisters {
  const zero = { eax: 0, ecx: 0, edx: 0, ebx: 0, esp: 0, ebp: 0, esi: 0, edi: 0 };
  return { ...zero, eflags: EFLAGS_INTERRUPTS_OFF, ...given };
}

/** A size as people write it: `640 KB`, `12.5 MB`. */
export function formatBytes(bytes: number): string {
  const megabytes = bytes / (1 << 20);
  return megabytes >= 1 ? `${Number(megabytes.toFixed(1))} MB` : `${Math.ceil(bytes / 1024)} KB`;
}

/** Something does not fit into the memory; the message says what, but not how much would do. */
export class NoRoomError extends BootError {}

/** The error for an image that ends beyond the memory. */
export function tooLittleMemory(end: number, memoryBytes: number): NoRoomError {
  return new NoRoomError(
    `the kernel needs memory up to ${formatBytes(end)} and the machine has ${formatBytes(memoryBytes)}`,
  );
}
