import { beforeEach, describe, expect, test } from 'vitest';
import { Vector } from '../../../translator/abi/faults.ts';
import { Eflags, Segment, Word } from '../../../translator/abi/state.ts';
import { caught, Rig, Sel, TSS } from './rig.ts';

const { generalProtection } = Vector;
const VME = 1;
const PVI = 2;
const GP = { vector: generalProtection, errorCode: 0 };
const { vif, vip, vm } = Eflags;
const IF = Eflags.if;
const STACK = 0x3000;
const EIP = 0x42;

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

function enterVm86(iopl: number): void {
  rig.enterProtected(3);
  rig.words[Word.cr4] |= VME;
  rig.words[Word.eflags] |= vm | IF | (iopl << 12);
  for (const [segment, selector] of [
    [Segment.cs, 0x200],
    [Segment.ss, 0x300],
    [Segment.ds, 0x400],
  ] as const) {
    rig.trap('moveToSegment', segment, selector);
  }
  rig.words[Word.esp] = 0x1000;
  rig.words[Word.interruptShadow] = 0;
}

/** Puts words on the stack of VM86 mode, the first one on top. */
function onStack(...values: number[]): void {
  rig.words[Word.esp] -= 2 * values.length;
  for (const [n, value] of values.entries()) rig.memory.current.store16(STACK + rig.words[Word.esp]! + 2 * n, value);
}

const stacked = (count: number): number[] =>
  Array.from({ length: count }, (_, n) => rig.memory.current.load16(STACK + rig.words[Word.esp]! + 2 * n));
const flags = (): number => rig.words[Word.eflags]! & (IF | vif | vip | Eflags.tf | Eflags.iopl);

/** Sets or clears a vector's bit in the redirection bitmap, in front of an I/O bitmap at 0x88. */
function redirect(vector: number, toSystem: boolean): void {
  rig.memory.current.store16(TSS + 0x66, 0x88);
  rig.memory.current.store8(TSS + 0x68 + (vector >>> 3), toSystem ? 1 << (vector & 7) : 0);
}

// Intel SDM vol. 3, 21.3.2, and vol. 2, CLI and STI, tables 3-7 and 4-19.
function enterPvi(): void {
  rig.enterProtected(3);
  rig.words[Word.cr4] |= PVI;
}

describe('CLI and STI with CPL above IOPL', () => {
  test.each([
    ['VM86 mode', () => enterVm86(0)],
    ['protected mode', enterPvi],
  ])('change VIF: %s', (_name, enter) => {
    enter();
    rig.words[Word.eflags] |= IF;
    rig.trap('setInterruptFlag');
    expect([flags(), rig.words[Word.interruptShadow]]).toEqual([IF | vif, 0]);
    rig.trap('changeVirtualFlag', 0);
    expect(flags()).toBe(IF);
    rig.words[Word.eflags] |= vip;
    rig.expectFault(generalProtection, 0, 'setInterruptFlag');
    rig.trap('changeVirtualFlag', 0);
    expect(flags()).toBe(IF | vip);
  });

  test('fault with the other mode’s bit of CR4', () => {
    rig.enterProtected(3).words[Word.cr4] |= VME;
    rig.expectFault(generalProtection, 0, 'setInterruptFlag');
    rig.expectFault(generalProtection, 0, 'changeVirtualFlag', 0);
    enterVm86(0);
    rig.words[Word.cr4] = PVI;
    rig.expectFault(generalProtection, 0, 'setInterruptFlag');
  });
});

describe('flags images in VM86 mode with IOPL below 3', () => {
  test('PUSHF shows VIF as IF, and IOPL 3', () => {
    enterVm86(0);
    rig.trap('pushVirtualFlags', 2);
    expect(stacked(1)[0]! & (IF | Eflags.iopl)).toBe(Eflags.iopl);
    rig.words[Word.eflags] |= vif;
    rig.trap('pushVirtualFlags', 2);
    expect(stacked(1)[0]! & (IF | Eflags.iopl)).toBe(IF | Eflags.iopl);
    expect(rig.words[Word.esp]).toBe(0xffc);
    rig.expectFault(generalProtection, 0, 'pushVirtualFlags', 4);
  });

  test('POPF loads VIF, and neither IF nor IOPL', () => {
    enterVm86(1);
    onStack(IF | Eflags.df, Eflags.iopl);
    rig.trap('popFlags', 2);
    expect([flags(), rig.words[Word.eflags]! & Eflags.df]).toEqual([IF | vif | 0x1000, Eflags.df]);
    rig.trap('popFlags', 2);
    expect(flags()).toBe(IF | 0x1000);
  });

  test.each([
    ['a waiting interrupt', vip, IF],
    ['the trap flag', 0, Eflags.tf],
  ])('POPF and IRET fault for %s', (_name, now, image) => {
    enterVm86(0);
    rig.words[Word.eflags] |= now;
    onStack(image);
    rig.expectFault(generalProtection, 0, 'popFlags', 2);
    onStack(EIP, 0x500, image);
    rig.expectFault(generalProtection, 0, 'interruptReturn', 2, 0);
  });

  test('IRET of 16 bits', () => {
    enterVm86(0);
    onStack(EIP, 0x500, IF | Eflags.iopl);
    rig.trap('interruptReturn', 2, 0);
    expect([rig.words[Word.eip], rig.selector('cs'), flags()]).toEqual([EIP, 0x500, IF | vif]);
    rig.expectFault(generalProtection, 0, 'interruptReturn', 4, 0);
  });

  test('without VME they fault', () => {
    enterVm86(0);
    rig.words[Word.cr4] = 0;
    rig.expectFault(generalProtection, 0, 'pushVirtualFlags', 2);
    rig.expectFault(generalProtection, 0, 'popFlags', 2);
    rig.expectFault(generalProtection, 0, 'interruptReturn', 2, 0);
  });
});

// Intel SDM vol. 3, table 21-2.
describe('INT n in VM86 mode', () => {
  const VECTOR = 0x21;

  test.each([
    [0, IF, 0],
    [0, IF | vif, IF],
    [3, IF, IF],
    [3, 0, 0],
  ])('goes to the program with its bit clear: IOPL %i, flags %i', (iopl, before, pushedIf) => {
    enterVm86(iopl);
    redirect(VECTOR, false);
    rig.memory.current.store32(VECTOR * 4, 0x07771234);
    rig.words[Word.eflags] = (rig.words[Word.eflags]! & ~IF) | before | Eflags.tf;
    rig.trap('softwareInterrupt', VECTOR, EIP);
    expect([rig.words[Word.eip], rig.selector('cs'), rig.cpu.isVm86]).toEqual([0x1234, 0x777, true]);
    const [eip, cs, image] = stacked(3);
    expect([eip, cs, image! & (IF | Eflags.iopl | Eflags.tf)]).toEqual([
      EIP,
      0x200,
      pushedIf | Eflags.iopl | Eflags.tf,
    ]);
    expect(flags()).toBe((iopl << 12) | (iopl === 3 ? 0 : before & IF));
  });

  test('is the system’s with its bit set: a gate with IOPL 3, else #GP', () => {
    rig.enterProtected(0);
    rig.vector(VECTOR, { dpl: 3 });
    enterVm86(0);
    redirect(VECTOR, true);
    rig.expectFault(generalProtection, 0, 'softwareInterrupt', VECTOR, EIP);
    rig.words[Word.eflags] |= Eflags.iopl;
    rig.trap('softwareInterrupt', VECTOR, EIP);
    expect([rig.selector('cs'), rig.cpu.isVm86]).toEqual([Sel.code0, false]);
  });

  test('is the system’s where the bitmap is beyond the TSS', () => {
    enterVm86(0);
    rig.memory.current.store16(TSS + 0x66, 0x2000);
    expect(caught(() => rig.trap('softwareInterrupt', VECTOR, EIP))).toEqual(GP);
  });
});
