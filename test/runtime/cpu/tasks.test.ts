import { beforeEach, describe, expect, test } from 'vitest';
import { deliver } from '../../../runtime/cpu/interrupts.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Key } from '../../../translator/abi/key.ts';
import { Eflags, Segment, Word } from '../../../translator/abi/state.ts';
import { GDT, IDT, KERNEL_STACK, OTHER_TSS, Rig, Sel, TSS, Type } from './rig.ts';

const { generalProtection, invalidTss, segmentNotPresent, pageFault } = Vector;
const NEXT = 0x2000;
const NEW_STACK = 0xd000;
let rig: Rig;

/** Fills the other task's 32-bit TSS. */
function otherTask(fields: {
  selectors?: Partial<Record<keyof typeof Segment, number>>;
  eflags?: number;
  trap?: number;
}) {
  const { view } = rig.memory;
  const selectors = { es: 0, cs: Sel.code0, ss: Sel.data0, ds: Sel.data0, fs: 0, gs: 0, ...fields.selectors };
  view.setInt32(OTHER_TSS + 0x1c, 0x7000, true);
  view.setInt32(OTHER_TSS + 0x20, 0x4321, true);
  view.setInt32(OTHER_TSS + 0x24, fields.eflags ?? 2, true);
  for (let n = 0; n < 8; n++) view.setInt32(OTHER_TSS + 0x28 + 4 * n, 0x1000 + n, true);
  view.setInt32(OTHER_TSS + 0x28 + 4 * 4, NEW_STACK, true);
  for (const [name, selector] of Object.entries(selectors)) {
    view.setInt32(OTHER_TSS + 0x48 + 4 * Segment[name as keyof typeof Segment], selector, true);
  }
  view.setInt32(OTHER_TSS + 0x60, Sel.ldt, true);
  view.setInt32(OTHER_TSS + 0x64, fields.trap ?? 0, true);
}

function typeOf(selector: number): number {
  return rig.memory.view.getUint8(GDT + selector + 5) & 0x1f;
}

beforeEach(() => {
  rig = new Rig().enterProtected(0);
  otherTask({});
});

describe('a task switch', () => {
  test('by JMP saves and loads the state', () => {
    for (let n = 0; n < 8; n++) rig.words[Word.eax + n] = 0x5000 + n;
    rig.words[Word.eflags] |= Eflags.if;
    rig.trap('jumpFar', Sel.otherTask, 0, NEXT);
    expect(rig.memory.words(TSS + 0x20, 10)).toEqual([
      NEXT,
      0x202,
      0x5000,
      0x5001,
      0x5002,
      0x5003,
      0x5004,
      0x5005,
      0x5006,
      0x5007,
    ]);
    expect(rig.memory.words(TSS + 0x48, 4)).toEqual([Sel.data0, Sel.code0, Sel.data0, Sel.data0]);
    expect(Array.from(rig.words.subarray(0, 4))).toEqual([0x1000, 0x1001, 0x1002, 0x1003]);
    expect([rig.words[Word.eip], rig.words[Word.esp]]).toEqual([0x4321, NEW_STACK]);
    expect(rig.words[Word.eflags]).toBe(2);
    expect([rig.words[Word.taskSelector], rig.words[Word.taskBase]]).toEqual([Sel.otherTask, OTHER_TSS]);
    expect([typeOf(Sel.task), typeOf(Sel.otherTask)]).toEqual([9, 11]);
    expect(rig.words[Word.cr0] & 8).toBe(8);
    expect(rig.words[Word.ldtrBase]).toBe(0x4000);
    expect([rig.selector('ds'), rig.selector('es')]).toEqual([Sel.data0, 0]);
    expect(rig.words[Word.key]).toBe(Key.protected | Key.code32 | Key.stack32);
  });

  test('by CALL nests, IRET returns', () => {
    rig.trap('callFar', Sel.otherTask, 0, 4, NEXT);
    expect(rig.memory.view.getUint16(OTHER_TSS, true)).toBe(Sel.task);
    expect(rig.words[Word.eflags]).toBe(2 | Eflags.nt);
    expect([typeOf(Sel.task), typeOf(Sel.otherTask)]).toEqual([11, 11]);
    rig.trap('interruptReturn', 4, 0x777);
    expect([rig.words[Word.eip], rig.words[Word.taskSelector]]).toEqual([NEXT, Sel.task]);
    expect(rig.memory.words(OTHER_TSS + 0x20, 2)).toEqual([0x777, 2]);
    expect([typeOf(Sel.task), typeOf(Sel.otherTask)]).toEqual([11, 9]);
    expect(rig.words[Word.eflags]).toBe(2);
  });

  test('loads CR3 only while paging is on', () => {
    rig.trap('jumpFar', Sel.otherTask, 0, NEXT);
    expect(rig.words[Word.cr3]).toBe(0);
    rig.words[Word.cr0] |= 1 << 31;
    rig.memory.view.setInt32(TSS + 0x1c, 0x8000, true);
    rig.trap('jumpFar', Sel.task, 0, NEXT);
    expect(rig.words[Word.cr3]).toBe(0x8000);
    expect(rig.memory.flushes.at(-1)).toBe('non-global');
  });
});

describe('kinds of tasks', () => {
  test('through a task gate', () => {
    rig.gate(GDT + Sel.gate, { selector: Sel.otherTask, type: 5, dpl: 3 });
    rig.trap('jumpFar', Sel.gate | 3, 0, NEXT);
    expect(rig.words[Word.taskSelector]).toBe(Sel.otherTask);
  });

  test('to VM86 mode', () => {
    otherTask({ eflags: 2 | Eflags.vm, selectors: { cs: 0x1000, ds: 0x2000 } });
    rig.trap('jumpFar', Sel.otherTask, 0, NEXT);
    expect(rig.words[Word.segmentBase + Segment.ds]).toBe(0x20000);
    expect(rig.words[Word.cpl]).toBe(3);
    expect(rig.words[Word.key]).toBe(Key.protected | Key.vm86 | Key.user);
  });

  test('to a 16-bit task', () => {
    rig.descriptor(Sel.spare, { base: 0x6000, limit: 0x2b, type: 1, granular: false });
    const words = [0, 0, 0, 0, 0, 0, 0, 0x4321, 2, 1, 2, 3, 4, 0xd000, 6, 7, 8, 0, Sel.code16, Sel.data16, 0, 0];
    for (const [n, word] of words.entries()) rig.memory.view.setUint16(0x6000 + 2 * n, word, true);
    rig.trap('callFar', Sel.spare, 0, 4, NEXT);
    expect([rig.words[Word.eip], rig.selector('cs'), rig.selector('ss')]).toEqual([0x4321, Sel.code16, Sel.data16]);
    expect([rig.words[Word.ecx] & 0xffff, rig.words[Word.esp] & 0xffff]).toEqual([2, 0xd000]);
    expect(rig.memory.view.getUint16(0x6000, true)).toBe(Sel.task);
    expect(rig.words[Word.key]).toBe(Key.protected);
    rig.trap('interruptReturn', 2, 0x888);
    expect(rig.memory.view.getUint16(0x600e, true)).toBe(0x888);
    expect(rig.words[Word.taskSelector]).toBe(Sel.task);
  });

  test('by an interrupt, with an error code', () => {
    rig.gate(IDT + generalProtection * 8, { selector: Sel.otherTask, type: 5 });
    deliver(rig.cpu, generalProtection, 'exception', 0x18, NEXT);
    expect(rig.words[Word.eip]).toBe(0x4321);
    expect(rig.words[Word.esp]).toBe(NEW_STACK - 4);
    expect(rig.stack(1)).toEqual([0x18]);
    expect(rig.memory.words(TSS + 0x20, 1)).toEqual([NEXT]);
    expect(rig.words[Word.eflags] & Eflags.nt).toBe(Eflags.nt);
  });
});

describe('faults before the switch change nothing', () => {
  test.each([
    ['busy', { type: 11 }, generalProtection],
    ['absent', { type: 9, present: false }, segmentNotPresent],
    ['too short', { type: 9, limit: 0x66 }, invalidTss],
  ])('%s', (_, fields, vector) => {
    rig.descriptor(Sel.otherTask, { base: OTHER_TSS, limit: 0x67, granular: false, ...fields });
    rig.expectFault(vector, Sel.otherTask, 'jumpFar', Sel.otherTask, 0, NEXT);
  });

  test('a TSS of an inner level', () => {
    rig.level(3);
    rig.expectFault(generalProtection, Sel.otherTask, 'jumpFar', Sel.otherTask | 3, 0, NEXT);
  });

  test('a TSS that is not in memory', () => {
    rig.memory.absent.add(OTHER_TSS >>> 12);
    const memory = rig.memory.words(TSS, 26);
    rig.expectFault(pageFault, 2, 'callFar', Sel.otherTask, 0, 4, NEXT);
    expect(rig.memory.words(TSS, 26)).toEqual(memory);
    expect([typeOf(Sel.task), typeOf(Sel.otherTask)]).toEqual([11, 9]);
  });

  test('IRET to a task that is not busy', () => {
    rig.words[Word.eflags] |= Eflags.nt;
    rig.memory.view.setInt32(TSS, Sel.otherTask, true);
    rig.expectFault(invalidTss, Sel.otherTask, 'interruptReturn', 4, NEXT);
  });
});

describe('faults after the switch belong to the new task', () => {
  test.each([
    ['null code', { cs: 0 }, invalidTss, 0],
    ['code that is data', { cs: Sel.data0 }, invalidTss, Sel.data0],
    ['stack of another level', { ss: Sel.data3 }, invalidTss, Sel.data3 & ~3],
    ['absent data', { ds: Sel.spare }, segmentNotPresent, Sel.spare],
    ['data beyond the table', { gs: Sel.beyond }, invalidTss, Sel.beyond],
  ])('%s', (_, selectors, vector, errorCode) => {
    otherTask({ selectors });
    rig.descriptor(Sel.spare, { type: Type.data, present: false });
    rig.gate(IDT + vector * 8, { selector: Sel.spare + 8, type: 5 });
    rig.descriptor(Sel.spare + 8, { base: 0x6000, limit: 0x67, type: 9, granular: false });
    rig.memory.view.setInt32(0x6000 + 0x20, 0x9999, true);
    rig.memory.view.setInt32(0x6000 + 0x38, KERNEL_STACK, true);
    rig.memory.view.setInt32(0x6000 + 0x4c, Sel.code0, true);
    rig.memory.view.setInt32(0x6000 + 0x50, Sel.data0, true);
    rig.trap('jumpFar', Sel.otherTask, 0, NEXT);
    // The handler's task was entered from the new one, at its first instruction.
    expect(rig.words[Word.eip]).toBe(0x9999);
    expect(rig.memory.view.getUint16(0x6000, true)).toBe(Sel.otherTask);
    expect(rig.memory.words(OTHER_TSS + 0x20, 1)).toEqual([0x4321]);
    expect(rig.stack(1)).toEqual([errorCode]);
  });

  test('the T bit: a debug trap before the first instruction', () => {
    otherTask({ trap: 1 });
    rig.vector(Vector.debug);
    rig.trap('jumpFar', Sel.otherTask, 0, NEXT);
    expect(rig.words[Word.eip]).toBe(0x100000 + Vector.debug);
    expect(rig.stack(2)).toEqual([0x4321, Sel.code0]);
    expect(rig.words[Word.debug + 6] & 0x8000).toBe(0x8000);
  });
});
