import { beforeEach, describe, expect, test } from 'vitest';
import { deliver } from '../../../runtime/cpu/interrupts.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Key } from '../../../translator/abi/key.ts';
import { Eflags, Segment, Word } from '../../../translator/abi/state.ts';
import { KERNEL_STACK, Rig, Sel, Type, USER_STACK } from './rig.ts';

const { generalProtection, segmentNotPresent, pageFault, doubleFault, debug, invalidOpcode } = Vector;
const EIP = 0x2000;
const HANDLER = 0x100000;
let rig: Rig;

function exception(vector: number, errorCode = -1): void {
  deliver(rig.cpu, vector, 'exception', errorCode, EIP);
}

beforeEach(() => {
  rig = new Rig();
});

describe('real mode', () => {
  test('an interrupt and its return', () => {
    rig.words[Word.idtrBase] = 0x400;
    rig.memory.current.store32(0x400 + 0x21 * 4, 0x12345678);
    rig.words[Word.esp] = 0x8000;
    rig.words[Word.eflags] |= Eflags.if | Eflags.df;
    rig.words[Word.halted] = 1;
    deliver(rig.cpu, 0x21, 'hardware', -1, EIP);
    expect([rig.selector('cs'), rig.words[Word.eip]]).toEqual([0x1234, 0x5678]);
    expect([0, 2, 4].map((n) => rig.memory.current.load16(0x7ffa + n))).toEqual([EIP, 0xf000, 0x602]);
    expect(rig.words[Word.eflags] & (Eflags.if | Eflags.df)).toBe(Eflags.df);
    expect(rig.words[Word.halted]).toBe(0);
    rig.trap('interruptReturn', 2, 0);
    expect([rig.selector('cs'), rig.words[Word.eip], rig.words[Word.esp]]).toEqual([0xf000, EIP, 0x8000]);
    expect(rig.words[Word.eflags] & Eflags.if).toBe(Eflags.if);
  });

  test('exceptions push no error code; a table too short means shutdown', () => {
    rig.words[Word.esp] = 0x8000;
    exception(generalProtection, 0);
    expect(rig.words[Word.esp]).toBe(0x7ffa);
    rig.words[Word.idtrLimit] = 10;
    exception(generalProtection, 0);
    expect([rig.shutdowns, rig.words[Word.halted]]).toEqual([1, 2]);
  });
});

describe('through gates', () => {
  test('same level, with an error code', () => {
    rig.enterProtected(0);
    rig.vector(pageFault);
    rig.words[Word.eflags] |= Eflags.if | Eflags.tf | Eflags.nt;
    exception(pageFault, 2);
    expect([rig.selector('cs'), rig.words[Word.eip]]).toEqual([Sel.code0, HANDLER + pageFault]);
    const flags = 0x2 | Eflags.if | Eflags.tf | Eflags.nt | Eflags.rf;
    expect(rig.stack(4)).toEqual([2, EIP, Sel.code0, flags]);
    expect(rig.words[Word.esp]).toBe(KERNEL_STACK - 16);
    expect(rig.words[Word.eflags]).toBe(2);
  });

  test('RF is pushed set by faults only', () => {
    rig.enterProtected(0);
    for (const vector of [debug, Vector.overflow, 0x30, invalidOpcode]) rig.vector(vector);
    const pushed = (vector: number, kind: 'hardware' | 'exception') => {
      deliver(rig.cpu, vector, kind, -1, EIP);
      return rig.stack(3)[2] & Eflags.rf;
    };
    expect(pushed(debug, 'exception')).toBe(0);
    expect(pushed(Vector.overflow, 'exception')).toBe(0);
    expect(pushed(0x30, 'hardware')).toBe(0);
    expect(pushed(invalidOpcode, 'exception')).toBe(Eflags.rf);
  });

  test('to an inner level: the stack of the TSS', () => {
    rig.enterProtected(3);
    rig.vector(0x80, { dpl: 3, type: 15 });
    rig.words[Word.eflags] |= Eflags.if;
    rig.trap('softwareInterrupt', 0x80, EIP);
    expect([rig.selector('cs'), rig.selector('ss'), rig.words[Word.cpl]]).toEqual([Sel.code0, Sel.data0, 0]);
    expect(rig.words[Word.esp]).toBe(KERNEL_STACK - 20);
    expect(rig.stack(5)).toEqual([EIP, Sel.code3, 0x202, USER_STACK, Sel.data3]);
    // A trap gate leaves IF, an interrupt gate would clear it.
    expect(rig.words[Word.eflags]).toBe(0x202);
    expect(rig.words[Word.key]).toBe(Key.protected | Key.code32 | Key.stack32 | Key.flat);
    expect(rig.selector('ds')).toBe(Sel.data3);
  });

  test('arithmetic flags are part of the image', () => {
    rig.enterProtected(0);
    rig.vector(0x30);
    Object.assign(rig.words, { [Word.flagResult]: 0, [Word.flagCarries]: 0x80000000 | 0 });
    deliver(rig.cpu, 0x30, 'hardware', -1, EIP);
    expect(rig.stack(3)[2]).toBe(2 | Eflags.zf | Eflags.pf | Eflags.cf | Eflags.of);
  });

  test('a 16-bit gate', () => {
    rig.enterProtected(0);
    rig.vector(generalProtection, { type: 6, offset: 0x5678 });
    exception(generalProtection, 0x18);
    expect(rig.words[Word.eip]).toBe(0x5678);
    const words = [0, 2, 4, 6].map((n) => rig.memory.current.load16(rig.words[Word.esp] + n));
    expect(words).toEqual([0x18, EIP, Sel.code0, 2]);
  });

  test('entering the handler of #DB clears DR7.GD', () => {
    rig.enterProtected(0);
    rig.vector(debug);
    rig.words[Word.debug + 7] = 0x2400;
    exception(debug);
    expect(rig.words[Word.debug + 7]).toBe(0x400);
  });
});

describe('software interrupts', () => {
  test.each([
    ['a gate of an inner level', { dpl: 0 }, generalProtection, 0x82],
    ['an absent gate', { dpl: 3, present: false }, segmentNotPresent, 0x82],
    ['no interrupt gate', { dpl: 3, type: 12 }, generalProtection, 0x82],
    ['a null code selector', { dpl: 3, selector: 0 }, generalProtection, 0],
    ['a data selector', { dpl: 3, selector: Sel.data0 }, generalProtection, Sel.data0],
    ['code of an outer level', { dpl: 3, selector: Sel.spare }, generalProtection, Sel.spare],
  ])('%s faults at the instruction', (_, fields, vector, errorCode) => {
    rig.enterProtected(3);
    rig.vector(0x10, fields);
    rig.descriptor(Sel.spare, { type: 2 });
    rig.expectFault(vector, errorCode, 'softwareInterrupt', 0x10, EIP);
  });

  test('a vector beyond the table', () => {
    rig.enterProtected(3);
    rig.words[Word.idtrLimit] = 0x86;
    rig.expectFault(generalProtection, 0x82, 'softwareException', 0x10, EIP);
  });

  test('INT1 does not look at the DPL', () => {
    rig.enterProtected(3);
    rig.vector(debug, { dpl: 0 });
    rig.trap('debugTrap', EIP);
    expect(rig.words[Word.eip]).toBe(HANDLER + debug);
  });
});

describe('faults on the way', () => {
  test('an absent gate for an external interrupt: EXT is set', () => {
    rig.enterProtected(0);
    rig.vector(0x30, { present: false });
    rig.vector(segmentNotPresent);
    deliver(rig.cpu, 0x30, 'hardware', -1, EIP);
    expect(rig.words[Word.eip]).toBe(HANDLER + segmentNotPresent);
    expect(rig.stack(2)).toEqual([0x183, EIP]);
  });

  test('a benign exception followed by a contributory one: the second is delivered', () => {
    rig.enterProtected(0);
    rig.vector(invalidOpcode, { selector: Sel.data0 });
    rig.vector(generalProtection);
    exception(invalidOpcode);
    expect(rig.words[Word.eip]).toBe(HANDLER + generalProtection);
    expect(rig.stack(2)).toEqual([Sel.data0 | 1, EIP]);
  });

  test('a contributory exception followed by a page fault: the page fault is delivered', () => {
    rig.enterProtected(3);
    rig.vector(generalProtection, { selector: Sel.code3, dpl: 3 });
    rig.vector(pageFault);
    rig.memory.absent.add((USER_STACK - 4) >>> 12);
    exception(generalProtection, 0);
    expect(rig.words[Word.eip]).toBe(HANDLER + pageFault);
    expect(rig.stack(5)).toEqual([6, EIP, Sel.code3, 0x10002, USER_STACK]);
    expect(rig.words[Word.cr2]).toBe(USER_STACK - 4);
  });

  test.each([
    [generalProtection, generalProtection],
    [Vector.divideError, segmentNotPresent],
    [pageFault, generalProtection],
  ])('%i followed by %i: double fault', (first, second) => {
    rig.enterProtected(0);
    rig.vector(first, second === segmentNotPresent ? { present: false } : { selector: 0 });
    rig.vector(doubleFault);
    exception(first, first === Vector.divideError ? -1 : 0);
    expect(rig.words[Word.eip]).toBe(HANDLER + doubleFault);
    expect(rig.stack(3)).toEqual([0, EIP, Sel.code0]);
  });

  test('a page fault while a page fault is delivered: double fault; and once more: shutdown', () => {
    rig.enterProtected(3);
    rig.vector(pageFault);
    rig.memory.absent.add((KERNEL_STACK - 4) >>> 12);
    exception(pageFault, 4);
    expect([rig.shutdowns, rig.words[Word.halted]]).toEqual([1, 2]);
  });

  test('no handler at all: shutdown', () => {
    rig.enterProtected(0);
    rig.words[Word.idtrLimit] = 0;
    exception(Vector.breakpoint);
    expect([rig.shutdowns, rig.words[Word.halted]]).toEqual([1, 2]);
  });
});

describe('VM86 mode', () => {
  beforeEach(() => {
    rig.enterProtected(3);
    rig.words[Word.eflags] |= Eflags.vm | Eflags.if;
    const selectors = { es: 0x100, cs: 0x200, ss: 0x300, ds: 0x400, fs: 0x500, gs: 0x600 };
    for (const [name, selector] of Object.entries(selectors)) {
      rig.trap('moveToSegment', Segment[name as keyof typeof Segment], selector);
    }
    rig.words[Word.esp] = 0x1000;
    rig.words[Word.interruptShadow] = 0;
    rig.vector(0x20);
  });

  test('to ring 0 and back', () => {
    const before = Array.from(rig.words);
    deliver(rig.cpu, 0x20, 'hardware', -1, EIP);
    const frame = [EIP, 0x200, 0x20202, 0x1000, 0x300, 0x100, 0x400, 0x500, 0x600];
    expect(rig.stack(9)).toEqual(frame);
    expect([rig.selector('ds'), rig.selector('es'), rig.selector('fs'), rig.selector('gs')]).toEqual([0, 0, 0, 0]);
    expect(rig.words[Word.key]).toBe(Key.protected | Key.code32 | Key.stack32);
    rig.trap('interruptReturn', 4, 0);
    before[Word.eip] = EIP;
    expect(Array.from(rig.words)).toEqual(before);
  });

  test('a handler must be of ring 0', () => {
    rig.vector(0x20, { selector: Sel.conforming });
    rig.vector(generalProtection);
    deliver(rig.cpu, 0x20, 'hardware', -1, EIP);
    expect(rig.stack(2)).toEqual([Sel.conforming | 1, EIP]);
  });

  test('IOPL below 3: INT, IRET and POPF fault, INT3 does not', () => {
    rig.vector(3, { dpl: 3 });
    rig.expectFault(generalProtection, 0, 'softwareInterrupt', 0x20, EIP);
    rig.expectFault(generalProtection, 0, 'interruptReturn', 2, EIP);
    rig.expectFault(generalProtection, 0, 'popFlags', 2);
    rig.expectFault(generalProtection, 0, 'setInterruptFlag');
    rig.trap('softwareException', 3, EIP);
    expect(rig.words[Word.eip]).toBe(HANDLER + 3);
  });

  test('IRET with IOPL 3 leaves VM and IOPL', () => {
    rig.words[Word.eflags] |= Eflags.iopl;
    rig.memory.current.store32(0x4000, 0x0777_0010);
    rig.memory.current.store16(0x4004, 0x0001);
    rig.trap('interruptReturn', 2, EIP);
    expect([rig.selector('cs'), rig.words[Word.eip]]).toEqual([0x777, 0x10]);
    expect(rig.words[Word.eflags]).toBe(2 | Eflags.vm | Eflags.iopl);
  });
});

describe('IRET', () => {
  test('to an outer level', () => {
    rig.enterProtected(0);
    rig.onStack(EIP, Sel.code3, 0x3202, USER_STACK, Sel.data3);
    rig.trap('interruptReturn', 4, 0);
    expect([rig.selector('cs'), rig.selector('ss'), rig.words[Word.cpl]]).toEqual([Sel.code3, Sel.data3, 3]);
    expect([rig.words[Word.eip], rig.words[Word.esp]]).toEqual([EIP, USER_STACK]);
    expect(rig.words[Word.eflags]).toBe(0x3202);
    expect([rig.selector('ds'), rig.selector('es')]).toEqual([0, 0]);
  });

  test('at CPL 3 keeps IF and IOPL', () => {
    rig.enterProtected(3);
    rig.words[Word.eflags] |= Eflags.if;
    rig.onStack(EIP, Sel.code3, 0x3002 | Eflags.df | Eflags.vm);
    rig.trap('interruptReturn', 4, 0);
    expect(rig.words[Word.eflags]).toBe(2 | Eflags.if | Eflags.df);
    expect(rig.words[Word.esp]).toBe(USER_STACK);
  });

  test('to an inner level faults', () => {
    rig.enterProtected(3);
    rig.onStack(EIP, Sel.code0, 2);
    rig.expectFault(generalProtection, Sel.code0, 'interruptReturn', 4, 0);
  });

  test('beyond the code limit faults', () => {
    rig.enterProtected(0);
    rig.onStack(0x10000, Sel.code16, 2);
    rig.expectFault(generalProtection, 0, 'interruptReturn', 4, 0);
  });

  test('with an absent stack segment faults', () => {
    rig.enterProtected(0);
    rig.descriptor(Sel.spare, { type: Type.data, dpl: 3, present: false });
    rig.onStack(EIP, Sel.code3, 2, USER_STACK, Sel.spare | 3);
    rig.expectFault(Vector.stackFault, Sel.spare, 'interruptReturn', 4, 0);
  });
});

test('faults are told from errors of the emulator', () => {
  rig.enterProtected(0);
  rig.memory.loadSystem32 = () => {
    throw new RangeError('broken');
  };
  expect(() => exception(0)).toThrow(RangeError);
});
