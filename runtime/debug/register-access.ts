import { Vector } from '../../translator/abi/faults.ts';
import { Halt, Segment, Word } from '../../translator/abi/state.ts';
import { moveToControl } from '../cpu/control.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { readEflags, writeEflags } from '../cpu/eflags.ts';
import { loadSegment, setUnprotectedSegment } from '../cpu/segmentation.ts';
import { setMxcsr } from '../cpu/sse/mode.ts';
import { setTagWord, tagWord } from '../cpu/x87/environment.ts';
import { packBits, unpackExtended } from '../cpu/x87/formats.ts';
import { Fpu } from '../cpu/x87/fpu.ts';
import { raise } from '../fault.ts';

/** How a debugger reads and changes a register, between two instructions. Values are unsigned. */
export interface RegisterAccess {
  read(cpu: Cpu): bigint;
  /** Throws GuestFault where the processor would not take the value. Absent: it cannot be changed. */
  write?(cpu: Cpu, value: bigint): void;
}

const toWord = (value: bigint): number => Number(BigInt.asIntN(32, value));

function word(index: number): Required<RegisterAccess> {
  return {
    read: ({ state }) => BigInt(state[index]! >>> 0),
    write: ({ state }, value) => {
      state[index] = toWord(value);
    },
  };
}

/** Code goes on there at once, even if the processor waits for an interrupt. */
const eip: RegisterAccess = {
  ...word(Word.eip),
  write: ({ state }, value) => {
    state[Word.eip] = toWord(value);
    state[Word.interruptShadow] = 0;
    if (state[Word.halted] === Halt.waiting) state[Word.halted] = Halt.running;
  },
};

const eflags: RegisterAccess = {
  read: (cpu) => BigInt(readEflags(cpu) >>> 0),
  write: (cpu, value) => {
    writeEflags(cpu, toWord(value), -1);
    cpu.updateKey();
  },
};

function selector(segment: number): RegisterAccess {
  return {
    ...word(Word.selector + segment),
    write: (cpu, value) => {
      const wanted = Number(BigInt.asUintN(16, value));
      if (segment === Segment.cs) loadCode(cpu, wanted);
      else loadSegment(cpu, segment, wanted);
      cpu.updateKey();
    },
  };
}

/** In protected mode CS comes with a jump, which checks more than a debugger can be asked for. */
function loadCode(cpu: Cpu, wanted: number): void {
  if (cpu.isProtected) raise(Vector.generalProtection);
  setUnprotectedSegment(cpu, Segment.cs, wanted);
}

function control(number: 0 | 2 | 3 | 4): RegisterAccess {
  const index = number === 0 ? Word.cr0 : Word.cr2 + number - 2;
  return { ...word(index), write: (cpu, value) => moveToControl(cpu, number, toWord(value)) };
}

/** A register that this processor does not have: it reads as 0. */
const none: RegisterAccess = { read: () => 0n };
const efer: RegisterAccess = { read: word(Word.efer).read };

/** By its place from the top of the stack, 80 bits. */
function fpuStack(index: number): RegisterAccess {
  return {
    read: (cpu) => packBits(new Fpu(cpu).read(index)),
    write: (cpu, value) => new Fpu(cpu).write(index, unpackExtended(BigInt.asUintN(80, value))),
  };
}

/** Through the FPU, whose words depend on each other. */
function fpuWord(read: (fpu: Fpu) => number, write: (fpu: Fpu, value: number) => void): RegisterAccess {
  return {
    read: (cpu) => BigInt(read(new Fpu(cpu))),
    write: (cpu, value) => write(new Fpu(cpu), toWord(value)),
  };
}

const controlWord = fpuWord(
  (fpu) => fpu.control,
  (fpu, value) => {
    fpu.control = value;
  },
);
const statusWord = fpuWord(
  (fpu) => fpu.status,
  (fpu, value) => {
    fpu.status = value;
  },
);

/** 128 bits. */
function xmm(number: number): RegisterAccess {
  const words = [3, 2, 1, 0].map((part) => Word.xmm + 4 * number + part);
  return {
    read: ({ state }) => words.reduce((bits, at) => (bits << 32n) | BigInt(state[at]! >>> 0), 0n),
    write: ({ state }, value) => {
      for (const [n, at] of words.entries()) state[at] = toWord(value >> BigInt(32 * (3 - n)));
    },
  };
}

const general = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'] as const;
const numbers = [0, 1, 2, 3, 4, 5, 6, 7];

/** Registers by the names that gdb has for them on the i386. */
export const registerAccess: Readonly<Record<string, RegisterAccess>> = {
  ...Object.fromEntries(general.map((name) => [name, word(Word[name])])),
  ...{ eip, eflags },
  ...{ cs: selector(Segment.cs), ss: selector(Segment.ss), ds: selector(Segment.ds) },
  ...{ es: selector(Segment.es), fs: selector(Segment.fs), gs: selector(Segment.gs) },
  fs_base: word(Word.segmentBase + Segment.fs),
  gs_base: word(Word.segmentBase + Segment.gs),
  ...{ k_gs_base: none, cr0: control(0), cr2: control(2), cr3: control(3), cr4: control(4), cr8: none, efer },
  ...Object.fromEntries(numbers.map((n) => [`st${n}`, fpuStack(n)])),
  ...{ fctrl: controlWord, fstat: statusWord, ftag: fpuWord(tagWord, setTagWord) },
  ...{ fiseg: word(Word.fpuInstructionSelector), fioff: word(Word.fpuInstructionPointer) },
  ...{ foseg: word(Word.fpuDataSelector), fooff: word(Word.fpuDataPointer), fop: word(Word.fpuOpcode) },
  ...Object.fromEntries(numbers.map((n) => [`xmm${n}`, xmm(n)])),
  mxcsr: { ...word(Word.mxcsr), write: ({ state }, value) => setMxcsr(state, toWord(value)) },
};
