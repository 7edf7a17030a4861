import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { Segment, Word } from '../../translator/abi/state.ts';
import { type Engine, type EngineName, type EngineSettings, makeEngine } from '../support/engine.ts';

const MEMORY_BYTES = 1 << 20;
const PAGE = 4096;
const BOOT_INSTRUCTIONS = 1000;

/** Exceptions that push an error code (Intel SDM vol. 3, table 6-1). */
const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17]);

const PAGE_DIRECTORY = 0x20000;
const PAGE_TABLE = 0x21000;
/** Bits of a page's entry. */
export const PageRights = { present: 1, writable: 2, user: 4 } as const;
const { present, writable, user } = PageRights;

/**
 * As much of an operating system as user code needs to be tested: user mode with the selectors that Linux has, paging, and an
 * exception handler a vector, which halts. `run` starts user mode with the registers that stand at `frame`.
 */
const KERNEL = 0x10000;
const kernel = assemble(
  `
  bits 16
  org ${KERNEL}
start:
  lgdt [cs:gdt_pointer - ${KERNEL}]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp dword 0x08:protected
  bits 32
protected:
  mov ax, 0x10
  mov ds, ax
  mov ss, ax
  mov esp, stack_end
  lidt [idt_pointer]
  mov eax, ${PAGE_DIRECTORY}
  mov cr3, eax
  mov eax, cr0
  or eax, 0x80010000
  mov cr0, eax
  mov ax, 0x18
  ltr ax
  mov ax, 0x2b
  mov ds, ax
  mov es, ax
  xor eax, eax
  mov fs, ax
  mov ax, 0x63
  mov gs, ax
  hlt
run:
  mov esp, frame
  popad
  iretd
run_supervisor:
  mov esp, frame
  popad
  add esp, 8
  popfd
  mov esp, [frame + 44]
  jmp dword [frame + 32]
  align 16
handlers:
  times 512 hlt
gdt_pointer:
  dw 13 * 8 - 1
  dd gdt
idt_pointer:
  dw 32 * 8 - 1
  dd idt
  align 8
gdt:
  dd 0, 0
  dd 0x0000ffff, 0x00cf9a00
  dd 0x0000ffff, 0x00cf9200
  dw 103, tss - ${KERNEL}, 0x8900 + ${KERNEL >> 16}, 0
  dd 0x0000ffff, 0x00cffa00
  dd 0x0000ffff, 0x00cff200
  times 12 dd 0
  dd 0x0000ffff, 0x00cff200
idt:
  times 64 dd 0
tss:
  dd 0, stack_end, 0x10
  times 23 dd 0
frame:
  times 13 dd 0
stack:
  times 256 dd 0
stack_end:
`,
  { bits: 16 },
);

const symbol = (name: string): number => kernel.symbols.get(name)!;
const HANDLERS = symbol('handlers');

/** Interrupt gates to the handlers; user mode may use those of INT3 and INTO. */
function interruptTable(): Uint8Array {
  const table = new DataView(new ArrayBuffer(32 * 8));
  for (let vector = 0; vector < 32; vector++) {
    const handler = HANDLERS + 16 * vector;
    const type = vector === 3 || vector === 4 ? 0xee00 : 0x8e00;
    table.setUint32(8 * vector, 0x080000 | (handler & 0xffff), true);
    table.setUint32(8 * vector + 4, (handler & ~0xffff) | type, true);
  }
  return new Uint8Array(table.buffer);
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

/** The memory that the code sees: pages below 64 KB at their physical addresses, segments that all have one base. */
export interface Environment {
  /** Rights by address. */
  readonly pages: ReadonlyMap<number, number>;
  /** Base of user mode's segments; the supervisor's have base 0. */
  readonly segmentBase: number;
  readonly privilege: 'user' | 'supervisor';
}

/** The state that user code left. */
export interface Outcome {
  /** In the order of their encodings. */
  readonly registers: readonly number[];
  /** As the exception pushed them. */
  readonly eip: number;
  readonly eflags: number;
}

function pageTable(pages: ReadonlyMap<number, number>): Uint8Array {
  const entries = new Uint32Array(1024);
  for (let address = KERNEL; address < MEMORY_BYTES; address += PAGE)
    entries[address / PAGE] = address | present | writable;
  for (const [address, rights] of pages) entries[address / PAGE] = address | rights;
  return new Uint8Array(entries.buffer);
}

/** A machine that runs code until an exception, mostly in user mode; booted once. */
export class GuestMachine {
  readonly engine: Engine;
  readonly #entry: number;

  constructor(name: EngineName, environment: Environment, settings: EngineSettings = {}) {
    this.engine = makeEngine(name, MEMORY_BYTES, settings);
    this.#entry = symbol(environment.privilege === 'user' ? 'run' : 'run_supervisor');
    this.#boot(environment);
  }

  #boot({ pages, segmentBase }: Environment): void {
    const { engine } = this;
    const { state } = engine;
    engine.reset();
    engine.write(KERNEL, kernel.bytes);
    engine.write(symbol('idt'), interruptTable());
    for (const selector of [0x20, 0x28]) {
      engine.write(symbol('gdt') + selector + 2, words(segmentBase).subarray(0, 3));
    }
    engine.write(PAGE_DIRECTORY, words(PAGE_TABLE | present | user | writable));
    engine.write(PAGE_TABLE, pageTable(pages));
    state[Word.selector + Segment.cs] = KERNEL >> 4;
    state[Word.segmentBase + Segment.cs] = KERNEL;
    state[Word.eip] = 0;
    engine.refresh();
    if (!engine.runUntilHalt(BOOT_INSTRUCTIONS) || state[Word.eip] !== symbol('run')) {
      throw new Error(`the kernel did not boot: eip ${state[Word.eip].toString(16)}`);
    }
  }

  /** The exception that ends the code, run from these registers; undefined if it takes too many instructions. */
  run(registers: readonly number[], eip: number, eflags: number, maxInstructions: number): number | undefined {
    const { engine } = this;
    const [eax, ecx, edx, ebx, esp, ebp, esi, edi] = registers;
    const general = words(edi!, esi!, ebp!, 0, ebx!, edx!, ecx!, eax!);
    engine.write(symbol('frame'), general);
    engine.write(symbol('frame') + general.length, words(eip, 0x23, eflags, esp!, 0x2b));
    engine.state[Word.eip] = this.#entry;
    return engine.runUntilHalt(maxInstructions) ? (engine.state[Word.eip]! - 1 - HANDLERS) >> 4 : undefined;
  }

  /** The state that user code left when the exception `vector` ended it. */
  outcome(vector: number): Outcome {
    const { engine } = this;
    const { state } = engine;
    const frameBytes = withErrorCode.has(vector) ? 24 : 20;
    if (state[Word.esp] !== symbol('stack_end') - frameBytes) throw new Error('not the frame of an exception');
    const frame = new Int32Array(engine.read(symbol('stack_end') - 20, 20).buffer);
    const registers = [...state.subarray(0, 8)];
    registers[Word.esp] = frame[3]!;
    return { registers, eip: frame[0]!, eflags: frame[2]! };
  }
}
