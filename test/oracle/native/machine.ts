import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Segment, Word } from '../../../translator/abi/state.ts';
import { type Engine, type EngineName, makeEngine } from '../../support/engine.ts';
import { changes } from './changes.ts';
import { CODE, DATA, defaultRegisters, INSTRUCTION, PAGE } from './layout.ts';
import type { Case, Outcome } from './vector.ts';

const MEMORY_BYTES = 1 << 20;
const MAX_INSTRUCTIONS = 10_000;
/** INT3, which ends a vector. */
const END = 0xcc;
const LONGEST = 15;

/** Exceptions that push an error code (Intel SDM vol. 3, table 6-1). */
const withErrorCode = new Set([8, 10, 11, 12, 13, 14, 17]);

const PAGE_DIRECTORY = 0x20000;
const PAGE_TABLE = 0x21000;
const PRESENT = 1;
const WRITABLE = 2;
const USER = 4;

/** A page of user code that jumps to the instruction. */
const ENTRY = 0x3000;

/**
 * As much of an operating system as a vector needs: user mode with the selectors that Linux has, paging, and an
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

/** Addresses are physical addresses; of user mode's three pages, one is read-only as the host has nothing there. */
function pageTable(): Uint8Array {
  const entries = new Uint32Array(1024);
  for (let page = 0; page < MEMORY_BYTES / PAGE; page++) {
    const address = page * PAGE;
    const isKernel = address >= KERNEL;
    if (isKernel) entries[page] = address | PRESENT | WRITABLE;
    if (address === ENTRY) entries[page] = address | PRESENT | USER;
    if (address === CODE || address === DATA) entries[page] = address | PRESENT | USER | WRITABLE;
  }
  return new Uint8Array(entries.buffer);
}

const words = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer);

/** A machine that runs vectors in user mode, booted once. */
export class VectorMachine {
  readonly engine: Engine;
  private readonly data: Uint8Array;
  /** Times a vector runs: code is translated only when it is met again. */
  private readonly runs: number;

  constructor(name: EngineName, data: Uint8Array) {
    this.engine = makeEngine(name, MEMORY_BYTES);
    this.data = data;
    this.runs = name === 'translator' ? 2 : 1;
    this.boot();
  }

  private boot(): void {
    const { engine } = this;
    const { state } = engine;
    engine.reset();
    engine.write(KERNEL, kernel.bytes);
    engine.write(symbol('idt'), interruptTable());
    engine.write(PAGE_DIRECTORY, words(PAGE_TABLE | PRESENT | USER | WRITABLE));
    engine.write(PAGE_TABLE, pageTable());
    const distance = CODE + INSTRUCTION - ENTRY - 5;
    engine.write(ENTRY, Uint8Array.of(0xe9, ...words(distance)));
    engine.write(CODE, new Uint8Array(PAGE).fill(END));
    state[Word.selector + Segment.cs] = KERNEL >> 4;
    state[Word.segmentBase + Segment.cs] = KERNEL;
    state[Word.eip] = 0;
    engine.refresh();
    if (!engine.runUntilHalt(MAX_INSTRUCTIONS) || state[Word.eip] !== symbol('run')) {
      throw new Error(`the kernel did not boot: eip ${state[Word.eip].toString(16)}`);
    }
  }

  /** The outcome, or undefined if the instruction does not come to an end. */
  run(before: Case): Outcome | undefined {
    const code = new Uint8Array(LONGEST).fill(END);
    code.set(before.code);
    this.engine.write(CODE + INSTRUCTION, code);
    for (let n = 0; n < this.runs; n++) if (!this.runOnce(before)) return undefined;
    return this.outcome(before);
  }

  private runOnce({ registers, flags }: Case): boolean {
    const { engine } = this;
    const [eax, ecx, edx, ebx, esp, ebp, esi, edi] = defaultRegisters.map((value, n) => registers[n] ?? value);
    engine.write(DATA, this.data);
    engine.write(symbol('frame'), words(edi!, esi!, ebp!, 0, ebx!, edx!, ecx!, eax!, ENTRY, 0x23, flags, esp!, 0x2b));
    engine.state[Word.eip] = symbol('run');
    return engine.runUntilHalt(MAX_INSTRUCTIONS);
  }

  private outcome(before: Case): Outcome {
    const { engine } = this;
    const { state } = engine;
    const vector = (state[Word.eip] - 1 - HANDLERS) >> 4;
    const frameBytes = withErrorCode.has(vector) ? 24 : 20;
    const frame = new Int32Array(engine.read(symbol('stack_end') - 20, 20).buffer);
    if (state[Word.esp] !== symbol('stack_end') - frameBytes) throw new Error('not the frame of an exception');
    const [eip, , flags, esp] = frame;
    const registers: Record<number, number> = {};
    for (let register = 0; register < 8; register++) {
      const value = register === Word.esp ? esp! : state[register];
      if (value !== (before.registers[register] ?? defaultRegisters[register])) registers[register] = value;
    }
    return {
      vector,
      eip: (eip! >>> 0) - (vector === 3 ? 1 : 0),
      registers,
      flags: flags!,
      memory: changes(this.data, engine.read(DATA, PAGE)),
    };
  }
}
