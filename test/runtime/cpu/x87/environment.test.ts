import { describe, expect, it } from 'vitest';
import { x87Environment, x87Memory, x87Register } from '../../../../runtime/cpu/x87/execute.ts';
import { Eflags, Segment, Word } from '../../../../translator/abi/state.ts';
import { TestCpu } from './record.ts';

const FLDENV = 0x120;
const FNSTENV = 0x130;
const FLDCW = 0x128;
const FRSTOR = 0x520;
const FNSAVE = 0x530;
const FNINIT = 0x3e3;
const FNCLEX = 0x3e2;
const FLD1 = 0x1e8;
const FLDZ = 0x1ee;
const FDIVP = 0x6f8;
const FLD_SINGLE = 0x100;
const IMAGE = 0x400;

function register(cpu: TestCpu, operation: number, index = 0, eip = 0): void {
  x87Register(cpu, operation, index, 0, eip);
}

/** An initialized FPU that has loaded 1.0 from DS:3000 by an instruction at CS:12345678. */
function loaded(): TestCpu {
  const cpu = new TestCpu();
  cpu.state[Word.selector + Segment.cs] = 0x10;
  cpu.state[Word.selector + Segment.ds] = 0x2b;
  register(cpu, FNINIT);
  cpu.memory.current.store32(0x3000, 0x3f800000);
  x87Memory(cpu, FLD_SINGLE, 0x3000, 0x3000, Segment.ds, FLD_SINGLE | 0x05, 0x12345678);
  return cpu;
}

const items = (cpu: TestCpu, size: number): number[] =>
  Array.from({ length: 7 }, (_item, i) =>
    size === 4 ? cpu.memory.current.load32(IMAGE + 4 * i) >>> 0 : cpu.memory.current.load16(IMAGE + 2 * i),
  );

const real = (cpu: TestCpu): void => {
  cpu.state[Word.cr0] &= ~1;
};

describe('stored environment', () => {
  it('has 32-bit items with selectors in protected mode', () => {
    const cpu = loaded();
    x87Environment(cpu, FNSTENV, IMAGE, 4);
    expect(items(cpu, 4)).toEqual([0xffff037f, 0xffff3800, 0xffff3fff, 0x12345678, 0x01050010, 0x3000, 0xffff002b]);
  });

  it('has 16-bit items with selectors in protected mode', () => {
    const cpu = loaded();
    x87Environment(cpu, FNSTENV, IMAGE, 2);
    expect(items(cpu, 2)).toEqual([0x37f, 0x3800, 0x3fff, 0x5678, 0x10, 0x3000, 0x2b]);
  });

  it('has linear addresses in real-address mode', () => {
    const cpu = loaded();
    real(cpu);
    x87Environment(cpu, FNSTENV, IMAGE, 4);
    expect(items(cpu, 4)).toEqual([0xffff037f, 0xffff3800, 0xffff3fff, 0xffff5778, 0x01234105, 0xffff32b0, 0]);
    x87Environment(cpu, FNSTENV, IMAGE, 2);
    expect(items(cpu, 2)).toEqual([0x37f, 0x3800, 0x3fff, 0x5778, 0x4105, 0x32b0, 0]);
  });

  it('has linear addresses in virtual-8086 mode', () => {
    const cpu = loaded();
    cpu.state[Word.eflags] |= Eflags.vm;
    x87Environment(cpu, FNSTENV, IMAGE, 2);
    expect(items(cpu, 2)[3]).toBe(0x5778);
  });
});

describe('environment and state', () => {
  it.each([
    ['protected', 4],
    ['protected', 2],
    ['real', 4],
    ['real', 2],
  ] as const)('is the same after loading and storing it, %s mode, %i-byte items', (mode, size) => {
    const cpu = loaded();
    if (mode === 'real') real(cpu);
    x87Environment(cpu, FNSTENV, IMAGE, size);
    const before = items(cpu, size);
    register(cpu, FNINIT);
    x87Environment(cpu, FLDENV, IMAGE, size);
    x87Environment(cpu, FNSTENV, IMAGE, size);
    expect(items(cpu, size)).toEqual(before);
  });

  it('masks exceptions when it is stored', () => {
    const cpu = loaded();
    cpu.memory.current.store16(0x3000, 0x340);
    x87Environment(cpu, FLDCW, 0x3000, 4);
    x87Environment(cpu, FNSTENV, IMAGE, 4);
    expect(cpu.state[Word.fpuControl]).toBe(0x37f);
  });

  it('is initialized by FNSAVE and comes back with FRSTOR', () => {
    const cpu = loaded();
    const before = cpu.state.slice(Word.fpuControl, Word.xmm);
    x87Environment(cpu, FNSAVE, IMAGE, 2);
    expect(cpu.state[Word.fpuTag]).toBe(0xffff);
    expect(cpu.state[Word.fpuStatus]).toBe(0);
    cpu.state.fill(0x55, Word.fpuRegister, Word.xmm);
    x87Environment(cpu, FRSTOR, IMAGE, 2);
    before[Word.fpuOpcode - Word.fpuControl] = 0;
    before[Word.fpuInstructionPointer - Word.fpuControl] = 0x5678;
    const used = (state: Int32Array): number[] =>
      [...state].filter((_word, i) => i < Word.fpuRegister - Word.fpuControl || (i & 3) !== 3);
    expect(used(cpu.state.slice(Word.fpuControl, Word.xmm))).toEqual(used(before));
  });

  it('is left as it was by a save that faults', () => {
    const cpu = loaded();
    const before = cpu.state.slice();
    expect(() => x87Environment(cpu, FNSAVE, 0xffff - 107, 4)).not.toThrow();
    cpu.state.set(before);
    expect(() => x87Environment(cpu, FNSAVE, 0x10000 - 107, 4)).toThrow('page fault');
    expect(cpu.state).toEqual(before);
    expect(() => x87Memory(cpu, 0x518, 0x10000 - 7, 0, Segment.ds, 0x518, 1)).toThrow('page fault');
    expect(cpu.state).toEqual(before);
  });
});

describe('instruction pointer', () => {
  it('is that of the last instruction that is not a control instruction', () => {
    const cpu = loaded();
    register(cpu, FNCLEX, 0, 0x1111);
    x87Environment(cpu, FLDCW, 0x3000, 4);
    expect(cpu.state[Word.fpuInstructionPointer]).toBe(0x12345678);
    register(cpu, 0x0c0, 0, 0x2222);
    expect(cpu.state[Word.fpuInstructionPointer]).toBe(0x2222);
    expect(cpu.state[Word.fpuDataPointer]).toBe(0x3000);
  });
});

describe('error line', () => {
  it('follows the error summary', () => {
    const cpu = loaded();
    cpu.memory.current.store16(0x3000, 0x37b);
    x87Environment(cpu, FLDCW, 0x3000, 4);
    register(cpu, FLDZ);
    expect(cpu.errorLine).toBeUndefined();
    register(cpu, FDIVP, 1);
    expect(cpu.errorLine).toBe(true);
    expect(cpu.state[Word.fpuStatus] & 0x80ff).toBe(0x8084);
    register(cpu, FNCLEX);
    expect(cpu.errorLine).toBe(false);
  });

  it('is raised by unmasking an exception that has its flag set', () => {
    const cpu = loaded();
    register(cpu, FLDZ);
    register(cpu, FDIVP, 1);
    expect(cpu.errorLine).toBeUndefined();
    cpu.memory.current.store16(0x3000, 0x37b);
    x87Environment(cpu, FLDCW, 0x3000, 4);
    expect(cpu.errorLine).toBe(true);
    register(cpu, FNINIT);
    expect(cpu.errorLine).toBe(false);
    register(cpu, FLD1);
    expect(cpu.errorLine).toBe(false);
  });
});
