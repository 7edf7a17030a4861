import { beforeEach, describe, expect, test } from 'vitest';
import { Vector } from '../../../translator/abi/faults.ts';
import { Key } from '../../../translator/abi/key.ts';
import { Eflags, Segment, Word } from '../../../translator/abi/state.ts';
import { GDT, KERNEL_STACK, Rig, Sel, TSS, Type, USER_STACK } from './rig.ts';

const { generalProtection, invalidTss, segmentNotPresent, stackFault, pageFault } = Vector;
const NEXT = 0x2000;
let rig: Rig;

beforeEach(() => {
  rig = new Rig();
});

describe('without protection', () => {
  test('JMP', () => {
    rig.trap('jumpFar', 0x1234, 0x5678, NEXT);
    expect(rig.selector('cs')).toBe(0x1234);
    expect(rig.words[Word.segmentBase + Segment.cs]).toBe(0x12340);
    expect(rig.words[Word.eip]).toBe(0x5678);
    rig.expectFault(generalProtection, 0, 'jumpFar', 0x1234, 0x10000, NEXT);
  });

  test('CALL and RET with parameters', () => {
    rig.words[Word.esp] = 0x8006;
    rig.trap('callFar', 0x1234, 0x5678, 2, NEXT);
    expect(rig.words[Word.esp]).toBe(0x8002);
    expect(rig.memory.current.load32(0x8002)).toBe(0xf0002000 | 0);
    rig.trap('returnFar', 2, 4);
    expect(rig.words[Word.esp]).toBe(0x800a);
    expect(rig.words[Word.eip]).toBe(NEXT);
    expect(rig.selector('cs')).toBe(0xf000);
  });

  test('SP wraps, and a push across its end faults', () => {
    rig.words[Word.esp] = 0x12340002;
    rig.trap('callFar', 0, 0, 2, NEXT);
    expect(rig.words[Word.esp]).toBe(0x1234fffe);
    expect([rig.memory.current.load16(0), rig.memory.current.load16(0xfffe)]).toEqual([0xf000, NEXT]);
    rig.words[Word.esp] = 1;
    rig.expectFault(stackFault, 0, 'callFar', 0, 0, 2, NEXT);
  });
});

describe('to code segments', () => {
  test.each([
    ['null', 3, null, generalProtection, 0],
    ['beyond the table', Sel.beyond, null, generalProtection, Sel.beyond],
    ['data', Sel.data0, null, generalProtection, Sel.data0],
    ['an LDT', Sel.ldt, null, generalProtection, Sel.ldt],
    ['an outer level', Sel.code3, null, generalProtection, Sel.code3 & ~3],
    ['RPL above CPL', Sel.code0 | 1, null, generalProtection, Sel.code0],
    ['outer conforming code', Sel.spare, { type: Type.conforming, dpl: 1 }, generalProtection, Sel.spare],
    ['absent', Sel.spare, { type: Type.code, present: false }, segmentNotPresent, Sel.spare],
    ['an offset beyond the limit', Sel.spare, { type: Type.code, limit: 0x100, granular: false }, generalProtection, 0],
  ])('%s faults', (_, selector, fields, vector, errorCode) => {
    rig.enterProtected(0);
    if (fields) rig.descriptor(Sel.spare, fields);
    rig.expectFault(vector, errorCode, 'jumpFar', selector, 0x101, NEXT);
    rig.expectFault(vector, errorCode, 'callFar', selector, 0x101, 4, NEXT);
  });

  test('16-bit code changes the key', () => {
    rig.enterProtected(0);
    rig.trap('jumpFar', Sel.code16, 0x5678, NEXT);
    expect(rig.words[Word.key] & Key.code32).toBe(0);
    expect(rig.memory.view.getUint8(GDT + Sel.code16 + 5) & 1).toBe(1);
  });

  test('conforming code keeps the CPL', () => {
    rig.enterProtected(3);
    rig.trap('callFar', Sel.conforming, 0x5678, 4, NEXT);
    expect(rig.selector('cs')).toBe(Sel.conforming | 3);
    expect(rig.words[Word.cpl]).toBe(3);
    expect(rig.stack(2)).toEqual([NEXT, Sel.code3]);
  });

  test('a call that cannot push changes nothing', () => {
    rig.enterProtected(3);
    rig.memory.supervisor.add((USER_STACK - 8) >>> 12);
    rig.expectFault(pageFault, 7, 'callFar', Sel.code3, 0x5678, 4, NEXT);
    expect(rig.words[Word.cr2]).toBe(USER_STACK - 4);
  });
});

describe('call gates', () => {
  beforeEach(() => {
    rig.enterProtected(3);
    rig.gate(GDT + Sel.gate, { selector: Sel.code0, offset: 0x123456, type: 12, dpl: 3, count: 2 });
  });

  test('to an inner level: stack switch and parameters', () => {
    rig.onStack(0x11, 0x22, 0x33);
    rig.trap('callFar', Sel.gate | 3, 0, 4, NEXT);
    expect(rig.selector('cs')).toBe(Sel.code0);
    expect(rig.selector('ss')).toBe(Sel.data0);
    expect(rig.words[Word.eip]).toBe(0x123456);
    expect(rig.words[Word.cpl]).toBe(0);
    expect(rig.words[Word.key] & Key.user).toBe(0);
    expect(rig.words[Word.esp]).toBe(KERNEL_STACK - 24);
    expect(rig.stack(6)).toEqual([NEXT, Sel.code3, 0x11, 0x22, USER_STACK - 12, Sel.data3]);
  });

  test('and back: parameters dropped from both stacks, inner segments become null', () => {
    rig.onStack(0x11, 0x22, 0x33);
    rig.trap('callFar', Sel.gate | 3, 0, 4, NEXT);
    rig.trap('moveToSegment', Segment.es, Sel.data0);
    rig.trap('moveToSegment', Segment.fs, Sel.conforming);
    rig.trap('returnFar', 4, 8);
    expect(rig.words[Word.eip]).toBe(NEXT);
    expect(rig.selector('cs')).toBe(Sel.code3);
    expect(rig.selector('ss')).toBe(Sel.data3);
    expect(rig.words[Word.esp]).toBe(USER_STACK - 4);
    expect([rig.selector('ds'), rig.selector('es'), rig.selector('fs')]).toEqual([Sel.data3, 0, Sel.conforming]);
    expect(rig.words[Word.key]).toBe(Key.protected | Key.user | Key.code32 | Key.stack32);
  });

  test('to an inner level with a 16-bit stack: only SP is set', () => {
    rig.descriptor(Sel.spare, { type: Type.data, dpl: 0, big: false, granular: false, limit: 0xffff });
    rig.memory.view.setInt32(TSS + 8, Sel.spare, true);
    rig.memory.view.setUint32(TSS + 4, 0xffff_0000 + KERNEL_STACK, true);
    rig.words[Word.esp] = 0x0003_0000 + USER_STACK;
    rig.trap('callFar', Sel.gate | 3, 0, 4, NEXT);
    expect(rig.selector('ss')).toBe(Sel.spare);
    expect(rig.words[Word.esp]).toBe(0x0003_0000 + KERNEL_STACK - 24);
  });

  test('JMP stays at its level', () => {
    rig.expectFault(generalProtection, Sel.code0, 'jumpFar', Sel.gate | 3, 0, NEXT);
    rig.gate(GDT + Sel.gate, { selector: Sel.conforming, offset: 0x99, type: 12, dpl: 3 });
    rig.trap('jumpFar', Sel.gate | 3, 0, NEXT);
    expect([rig.selector('cs'), rig.words[Word.eip]]).toEqual([Sel.conforming | 3, 0x99]);
  });

  test('a 16-bit gate pushes words', () => {
    rig.gate(GDT + Sel.gate, { selector: Sel.code0, offset: 0x3456, type: 4, dpl: 3, count: 1 });
    rig.onStack(0x77);
    rig.trap('callFar', Sel.gate | 3, 0, 4, NEXT);
    expect(rig.words[Word.esp]).toBe(KERNEL_STACK - 10);
    const words = [0, 2, 4, 6, 8].map((n) => rig.memory.loadSystem16(KERNEL_STACK - 10 + n));
    expect(words).toEqual([NEXT, Sel.code3, 0x77, USER_STACK - 4, Sel.data3]);
  });
});

describe('call gates, checks', () => {
  beforeEach(() => {
    rig.enterProtected(3);
    rig.gate(GDT + Sel.gate, { selector: Sel.code0, type: 12, dpl: 3 });
  });

  test.each([
    ['a gate of an inner level', { dpl: 0 }, generalProtection, Sel.gate],
    ['an absent gate', { present: false }, segmentNotPresent, Sel.gate],
    ['a gate to null', { selector: 0 }, generalProtection, 0],
    ['a gate to data', { selector: Sel.data0 }, generalProtection, Sel.data0],
  ])('%s faults', (_, fields, vector, errorCode) => {
    rig.gate(GDT + Sel.gate, { selector: Sel.code0, type: 12, dpl: 3, ...fields });
    rig.expectFault(vector, errorCode, 'callFar', Sel.gate | 3, 0, 4, NEXT);
  });

  test.each([
    ['null', 0, invalidTss, 0],
    ['of another level', Sel.data3, invalidTss, Sel.data3 & ~3],
    ['code', Sel.code0, invalidTss, Sel.code0],
    ['absent', Sel.spare, stackFault, Sel.spare],
  ])('an inner stack that is %s faults', (_, selector, vector, errorCode) => {
    rig.descriptor(Sel.spare, { type: Type.data, present: false });
    rig.memory.view.setInt32(TSS + 8, selector, true);
    rig.expectFault(vector, errorCode, 'callFar', Sel.gate | 3, 0, 4, NEXT);
  });

  test('no room on the inner stack faults with its selector', () => {
    rig.descriptor(Sel.spare, { type: Type.expandDown, limit: KERNEL_STACK - 9, granular: false });
    rig.memory.view.setInt32(TSS + 8, Sel.spare, true);
    rig.expectFault(stackFault, Sel.spare, 'callFar', Sel.gate | 3, 0, 4, NEXT);
  });

  test('a TSS too short for the stack faults with its selector', () => {
    rig.words[Word.taskLimit] = 8;
    rig.expectFault(invalidTss, Sel.task, 'callFar', Sel.gate | 3, 0, 4, NEXT);
  });
});

describe('RET', () => {
  test.each([
    ['an inner level', 3, Sel.code0, generalProtection, Sel.code0],
    ['null', 0, 0, generalProtection, 0],
    ['data', 0, Sel.data0, generalProtection, Sel.data0],
    ['a DPL other than the RPL', 0, Sel.code0 | 3, generalProtection, Sel.code0],
  ] as const)('to %s faults', (_, privilege, selector, vector, errorCode) => {
    rig.enterProtected(privilege);
    rig.onStack(0x10, selector, USER_STACK, Sel.data3);
    rig.expectFault(vector, errorCode, 'returnFar', 4, 0);
  });

  test.each([
    ['null', 0, 0],
    ['of another level', Sel.data0, Sel.data0],
  ])('to an outer level with a stack that is %s faults', (_, selector, errorCode) => {
    rig.enterProtected(0);
    rig.onStack(0x10, Sel.code3, USER_STACK, selector);
    rig.expectFault(generalProtection, errorCode, 'returnFar', 4, 0);
  });

  test('to a 16-bit stack sets only SP', () => {
    rig.enterProtected(0);
    rig.descriptor(Sel.spare, { type: Type.data, dpl: 3, big: false, granular: false, limit: 0xffff });
    rig.onStack(0x10, Sel.code3, 0x4444_5555, Sel.spare | 3);
    rig.trap('returnFar', 4, 0);
    expect(rig.words[Word.esp]).toBe(0x5555);
  });
});

test('SYSENTER and SYSEXIT', () => {
  rig.enterProtected(3);
  rig.expectFault(generalProtection, 0, 'sysenter');
  for (const [msr, value] of [
    [0x174, Sel.code0],
    [0x175, 0x8000],
    [0x176, 0x654321],
  ]) {
    Object.assign(rig.words, { [Word.ecx]: msr, [Word.eax]: value, [Word.edx]: 0 });
    rig.trap('writeModelRegister');
  }
  rig.words[Word.eflags] |= Eflags.if;
  rig.trap('sysenter');
  expect([rig.selector('cs'), rig.selector('ss'), rig.words[Word.cpl]]).toEqual([Sel.code0, Sel.data0, 0]);
  expect([rig.words[Word.eip], rig.words[Word.esp]]).toEqual([0x654321, 0x8000]);
  expect(rig.words[Word.eflags] & Eflags.if).toBe(0);
  expect(rig.words[Word.key]).toBe(Key.protected | Key.code32 | Key.stack32 | Key.flat);
  Object.assign(rig.words, { [Word.ecx]: USER_STACK, [Word.edx]: 0x777 });
  rig.trap('sysexit');
  expect([rig.selector('cs'), rig.selector('ss'), rig.words[Word.cpl]]).toEqual([0x1b, 0x23, 3]);
  expect([rig.words[Word.eip], rig.words[Word.esp]]).toEqual([0x777, USER_STACK]);
  expect(rig.words[Word.key] & Key.user).toBe(Key.user);
});
