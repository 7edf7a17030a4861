import { beforeEach, describe, expect, test } from 'vitest';
import { Vector } from '../../../translator/abi/faults.ts';
import { Key } from '../../../translator/abi/key.ts';
import { Double, Eflags, Segment, Shadow, Word } from '../../../translator/abi/state.ts';
import { GDT, LDT, Rig, Sel, Type } from './rig.ts';

const { generalProtection, segmentNotPresent, stackFault } = Vector;
let rig: Rig;

function spans(segment: number): [read: number, write: number] {
  const { doubles } = rig.cpu;
  return [doubles[Double.readSpan + segment], doubles[Double.writeSpan + segment]];
}

describe('real mode', () => {
  beforeEach(() => {
    rig = new Rig();
  });

  test('after reset', () => {
    const { words } = rig;
    expect(words[Word.eip]).toBe(0xfff0);
    expect(words[Word.selector + Segment.cs]).toBe(0xf000);
    expect(words[Word.segmentBase + Segment.cs]).toBe(0xffff0000 | 0);
    expect(words[Word.cr0]).toBe(0x60000010);
    expect(words[Word.edx]).toBe(0x6fb);
    expect(words[Word.key]).toBe(0);
    expect(spans(Segment.ds)).toEqual([0xffff, 0xffff]);
  });

  test('a load sets the base', () => {
    rig.trap('moveToSegment', Segment.ds, 0x1234);
    expect(rig.words[Word.segmentBase + Segment.ds]).toBe(0x12340);
    expect(spans(Segment.ds)).toEqual([0xffff, 0xffff]);
  });

  test('limits of protected mode stay', () => {
    rig.enterProtected(0);
    rig.trap('moveToControl', 0, 0x60000010);
    rig.trap('moveToSegment', Segment.ds, 0x10);
    expect(rig.words[Word.segmentBase + Segment.ds]).toBe(0x100);
    expect(spans(Segment.ds)).toEqual([0xffffffff, 0xffffffff]);
  });
});

describe('data segments', () => {
  beforeEach(() => {
    rig = new Rig().enterProtected(0);
  });

  test('flat segments give the flat key', () => {
    const flat = Key.protected | Key.code32 | Key.stack32 | Key.flat;
    expect(rig.words[Word.key]).toBe(flat);
    rig.descriptor(Sel.spare, { type: Type.data, base: 16 });
    rig.trap('moveToSegment', Segment.fs, Sel.spare);
    expect(rig.words[Word.key]).toBe(flat);
    rig.trap('moveToSegment', Segment.es, Sel.spare);
    expect(rig.words[Word.key]).toBe(flat & ~Key.flat);
    rig.trap('moveToSegment', Segment.es, 0);
    expect(rig.words[Word.key]).toBe(flat & ~Key.flat);
  });

  test('base, limit, rights and the accessed bit', () => {
    rig.descriptor(Sel.spare, { type: Type.data, base: 0x12345678, limit: 0x54321, granular: false, dpl: 1 });
    rig.trap('moveToSegment', Segment.gs, Sel.spare | 1);
    expect(rig.selector('gs')).toBe(Sel.spare | 1);
    expect(rig.words[Word.segmentBase + Segment.gs]).toBe(0x12345678);
    expect(rig.words[Word.segmentLimit + Segment.gs]).toBe(0x54321);
    expect(rig.words[Word.segmentRights + Segment.gs]).toBe(0x40b300);
    expect(rig.memory.view.getUint8(GDT + Sel.spare + 5)).toBe(0xb3);
    expect(spans(Segment.gs)).toEqual([0x54321, 0x54321]);
  });

  test.each([
    ['read-only data', { type: Type.readOnly, limit: 0xff, granular: false }, 0, [0xff, -1]],
    ['readable code', { type: Type.code, limit: 0xff, granular: false }, 0, [0xff, -1]],
    [
      'expand-down, 32 bits',
      { type: Type.expandDown, limit: 0xfff, granular: false },
      0x1000,
      [0xffffefff, 0xffffefff],
    ],
    [
      'expand-down, 16 bits',
      { type: Type.expandDown, limit: 0xfff, granular: false, big: false },
      0x1000,
      [0xefff, 0xefff],
    ],
    ['expand-down, nothing', { type: Type.expandDown, limit: 0xfffff }, 0, [-1, -1]],
  ] as const)('spans of %s', (_, fields, low, expected) => {
    rig.descriptor(Sel.spare, fields);
    rig.trap('moveToSegment', Segment.ds, Sel.spare);
    expect(rig.words[Word.segmentLow + Segment.ds]).toBe(low);
    expect(spans(Segment.ds)).toEqual(expected);
  });

  test('a null selector allows nothing', () => {
    rig.trap('moveToSegment', Segment.ds, 3);
    expect(rig.selector('ds')).toBe(3);
    expect(rig.words[Word.segmentRights + Segment.ds]).toBe(0);
    expect(spans(Segment.ds)).toEqual([-1, -1]);
  });
});

describe('data segments, checks', () => {
  beforeEach(() => {
    rig = new Rig().enterProtected(0);
  });

  test('from the LDT', () => {
    rig.trap('loadLocalTable', Sel.ldt);
    rig.descriptor(8, { type: Type.data, base: 0x77 }, LDT);
    rig.trap('moveToSegment', Segment.fs, 0x0c);
    expect(rig.words[Word.segmentBase + Segment.fs]).toBe(0x77);
    rig.expectFault(generalProtection, 0x104, 'moveToSegment', Segment.fs, 0x104);
    rig.trap('loadLocalTable', 0);
    rig.expectFault(generalProtection, 0x0c, 'moveToSegment', Segment.fs, 0x0c);
  });

  test.each([
    ['a selector beyond the table', Sel.beyond, { type: Type.data }, generalProtection],
    ['a system segment', Sel.spare, { type: 2 }, generalProtection],
    ['execute-only code', Sel.spare, { type: Type.executeOnly }, generalProtection],
    ['an RPL weaker than the DPL', Sel.spare | 1, { type: Type.data }, generalProtection],
    ['an absent segment', Sel.spare, { type: Type.data, present: false }, segmentNotPresent],
  ])('%s faults', (_, selector, fields, vector) => {
    if (selector !== Sel.beyond) rig.descriptor(selector, fields);
    rig.expectFault(vector, selector & 0xfffc, 'moveToSegment', Segment.ds, selector);
  });

  test('the CPL counts, but not for conforming code', () => {
    rig.level(3);
    rig.expectFault(generalProtection, Sel.data0, 'moveToSegment', Segment.ds, Sel.data0);
    rig.trap('moveToSegment', Segment.ds, Sel.conforming | 3);
    expect(rig.selector('ds')).toBe(Sel.conforming | 3);
  });

  test('LDS changes the register only if the segment can be loaded', () => {
    rig.expectFault(generalProtection, Sel.beyond, 'loadPointer', Segment.ds, Sel.beyond, Word.esi, 5);
    rig.trap('loadPointer', Segment.ds, Sel.data0, Word.esi, 5);
    expect(rig.words[Word.esi]).toBe(5);
  });
});

describe('the stack segment', () => {
  beforeEach(() => {
    rig = new Rig().enterProtected(0);
  });

  test.each([
    ['null', 0, null, generalProtection, 0],
    ['beyond the table', Sel.beyond, null, generalProtection, Sel.beyond],
    ['RPL other than CPL', Sel.data0 | 1, null, generalProtection, Sel.data0],
    ['DPL other than CPL', Sel.spare, { type: Type.data, dpl: 3 }, generalProtection, Sel.spare],
    ['read-only', Sel.spare, { type: Type.readOnly }, generalProtection, Sel.spare],
    ['code', Sel.spare, { type: Type.code }, generalProtection, Sel.spare],
    ['absent', Sel.spare, { type: Type.data, present: false }, stackFault, Sel.spare],
  ])('%s faults', (_, selector, fields, vector, errorCode) => {
    if (fields) rig.descriptor(Sel.spare, fields);
    rig.expectFault(vector, errorCode, 'moveToSegment', Segment.ss, selector);
  });

  test('a load holds interrupts off for one instruction, LSS does not', () => {
    rig.trap('loadPointer', Segment.ss, Sel.data0, Word.esp, 0x8000);
    expect(rig.words[Word.interruptShadow]).toBe(0);
    rig.trap('moveToSegment', Segment.ss, Sel.data0);
    expect(rig.words[Word.interruptShadow]).toBe(Shadow.all);
  });

  test('POP SS moves the old stack pointer', () => {
    rig.onStack(Sel.data16);
    rig.trap('popSegment', Segment.ss, 4);
    expect(rig.selector('ss')).toBe(Sel.data16);
    expect(rig.words[Word.esp]).toBe(0x9000);
    expect(rig.words[Word.interruptShadow]).toBe(Shadow.all);
    expect(rig.words[Word.key] & Key.stack32).toBe(0);
  });

  test('POP of a bad selector leaves the stack pointer', () => {
    rig.onStack(Sel.beyond);
    rig.expectFault(generalProtection, Sel.beyond, 'popSegment', Segment.ds, 4);
  });
});

test('loads in VM86 mode', () => {
  rig = new Rig().enterProtected(3);
  rig.words[Word.eflags] |= Eflags.vm;
  rig.trap('moveToSegment', Segment.ds, 0x2345);
  expect(rig.words[Word.segmentBase + Segment.ds]).toBe(0x23450);
  expect(rig.words[Word.segmentRights + Segment.ds]).toBe(0xf300);
  expect(spans(Segment.ds)).toEqual([0xffff, 0xffff]);
});
