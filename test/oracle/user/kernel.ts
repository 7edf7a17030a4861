import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { BASE, CODE_FRAMES, CODE_SLOT, PAGE, Right, slotFrames } from './layout.ts';

/** Physical addresses; the kernel's linear ones are so much higher, as programs find nothing below. */
const HIGH = 0xc0000000;
export const KERNEL = 0x10000;
const POINTERS = 0x20000;
const DIRECTORY = 0x21000;
const HIGH_DIRECTORY = 0x22000;
export const TABLE = 0x23000;
/** FXSAVE's image, which programs start with and leave. */
export const IMAGE = 0x24000;
const HIGH_TABLE = 0x25000;
export const FIRST_FRAME = 0x40000;

const HANDLER_BYTES = 16;
const VECTORS = 32;
/** Size of a large page, or of what a table maps. */
const TABLE_REACH = 1 << 21;
const LARGE = 0x80;

/**
 * The least that user code needs: its mode with the selectors of Linux's compatibility mode (FS and GS are null there), PAE paging
 * with pages that cannot be executed, and a handler for each exception that halts. `begin` is for a new program, `run` starts
 * or continues one from what is at `frame` and at IMAGE, `save` gets the latter.
 */
const kernel = assemble(
  `
  bits 16
  org ${HIGH + KERNEL}
start:
  lgdt [cs:low_gdt_pointer - start]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp dword 0x08:protected - ${HIGH}
  bits 32
protected:
  mov ax, 0x10
  mov ds, ax
  mov ss, ax
  mov eax, 0x620
  mov cr4, eax
  mov eax, ${POINTERS}
  mov cr3, eax
  mov ecx, 0xc0000080
  mov eax, 0x800
  xor edx, edx
  wrmsr
  mov eax, cr0
  and eax, 0xfffffff3
  or eax, 0x80050022
  mov cr0, eax
  mov eax, high
  jmp eax
high:
  mov esp, stack_end
  lgdt [gdt_pointer]
  lidt [idt_pointer]
  mov ax, 0x18
  ltr ax
  xor eax, eax
  lldt ax
  mov fs, ax
  mov gs, ax
begin:
  mov ax, 0x2b
  mov ds, ax
  mov es, ax
  mov eax, cr3
  mov cr3, eax
  hlt
run:
  fxrstor [ss:${HIGH + IMAGE}]
  mov esp, frame
  popad
  iretd
save:
  fxsave [ss:${HIGH + IMAGE}]
  hlt
  align 16
handlers:
  times ${VECTORS * HANDLER_BYTES} hlt
low_gdt_pointer:
  dw 6 * 8 - 1
  dd gdt - ${HIGH}
gdt_pointer:
  dw 6 * 8 - 1
  dd gdt
idt_pointer:
  dw ${VECTORS * 8} - 1
  dd idt
  align 8
gdt:
  dd 0, 0
  dd 0x0000ffff, 0x00cf9a00
  dd 0x0000ffff, 0x00cf9200
  dw 103, tss - start, 0x8900 + ${KERNEL >> 16}, ${HIGH >>> 16}
  dd 0x0000ffff, 0x00cffa00
  dd 0x0000ffff, 0x00cff200
idt:
  times ${2 * VECTORS} dd 0
tss:
  dd 0, stack_end, 0x10
  times 22 dd 0
  dd 104 << 16
frame:
  times 13 dd 0
stack:
  times 256 dd 0
stack_end:
`,
  { bits: 16 },
);

export const kernelBytes = kernel.bytes;
/** Linear address. */
export const symbol = (name: string): number => kernel.symbols.get(name)!;
export const physical = (name: string): number => symbol(name) - HIGH;
export const CODE_SELECTOR = 0x23;
export const DATA_SELECTOR = 0x2b;

/** The exception whose handler has halted. */
export const vectorAt = (eip: number): number => Math.floor(((eip >>> 0) - 1 - symbol('handlers')) / HANDLER_BYTES);

/** Interrupt gates to the handlers; programs may use those of INT3 and INTO. */
export function interruptTable(): Uint8Array {
  const table = new Int32Array(2 * VECTORS);
  for (let vector = 0; vector < VECTORS; vector++) {
    const handler = symbol('handlers') + HANDLER_BYTES * vector;
    const type = vector === 3 || vector === 4 ? 0xee00 : 0x8e00;
    table.set([0x080000 | (handler & 0xffff), (handler & ~0xffff) | type], 2 * vector);
  }
  return new Uint8Array(table.buffer);
}

/** No more than the kernel needs: where it is, programs find the supervisor's pages in the place of none. */
function highTable(): Int32Array {
  const table = new Int32Array(1024);
  const last = KERNEL + kernelBytes.length;
  for (let page = KERNEL; page < last; page += PAGE) table[2 * (page / PAGE)] = page | 3;
  table[2 * (IMAGE / PAGE)] = IMAGE | 3;
  return table;
}

/** Tables above that of the programs' pages (Intel SDM vol. 3, 4.4), by their addresses. */
export function tables(): ReadonlyMap<number, Uint8Array> {
  const bytes = (words: Int32Array): Uint8Array => new Uint8Array(words.buffer);
  const directory = new Int32Array(1024);
  directory[0] = LARGE | 3;
  directory[2 * (BASE / TABLE_REACH)] = TABLE | 7;
  const pointers = new Int32Array(8);
  pointers[0] = DIRECTORY | 1;
  pointers[2 * (HIGH >>> 30)] = HIGH_DIRECTORY | 1;
  return new Map([
    [POINTERS, bytes(pointers)],
    [DIRECTORY, bytes(directory)],
    [HIGH_DIRECTORY, bytes(Int32Array.of(HIGH_TABLE | 3))],
    [HIGH_TABLE, bytes(highTable())],
  ]);
}

/** Takes away the low addresses, which the kernel has only while it starts. */
export const withoutLowAddresses: readonly [address: number, entry: Uint8Array] = [DIRECTORY, new Uint8Array(4)];

/** Entry of a slot with a right; its high word says whether it may be executed. */
export function pageEntry(slot: number, right: number): Uint8Array {
  const frame = FIRST_FRAME + slotFrames[slot]! * PAGE;
  const isExecutable = slot >= CODE_SLOT && slot < CODE_SLOT + CODE_FRAMES;
  const low = right === Right.none ? 0 : frame | 5 | (right === Right.write ? 2 : 0);
  return new Uint8Array(Int32Array.of(low, isExecutable ? 0 : 1 << 31).buffer);
}

export const entryAddress = (slot: number): number => TABLE + 8 * (((BASE % TABLE_REACH) >> 12) + slot);
