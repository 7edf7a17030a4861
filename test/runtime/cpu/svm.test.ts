import { beforeEach, describe, expect, test } from 'vitest';
import { deliverFault } from '../../../runtime/cpu/interrupts.ts';
import { cpuModel } from '../../../runtime/cpu/model.ts';
import { acceptsInit } from '../../../runtime/cpu/svm/init.ts';
import { acceptsInterrupts, isNmiWaiting, isVirtualInterruptWaiting } from '../../../runtime/cpu/svm/interrupts.ts';
import { leaveGuest } from '../../../runtime/cpu/svm/leave.ts';
import type { GuestFault } from '../../../runtime/fault.ts';
import { Exit } from '../../../translator/abi/exits.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Key } from '../../../translator/abi/key.ts';
import { Eflags, Held, Nmi, Word } from '../../../translator/abi/state.ts';
import { Rig, Sel } from './rig.ts';

const VMCB = 0x20000;
const HOST_AREA = 0x22000;
const [EFER, VM_CR, VM_HSAVE_PA] = [0xc0000080, 0xc0010114, 0xc0010117];
const NEXT = 0x2000;
const GUEST = 0x1111;
let rig: Rig;

function setRegister(number: number, low: number, high = 0): void {
  Object.assign(rig.words, { [Word.ecx]: number, [Word.eax]: low, [Word.edx]: high });
}

function field(offset: number): number {
  return rig.memory.view.getUint32(VMCB + offset, true);
}

const put = (offset: number, value: number) => rig.memory.view.setUint32(VMCB + offset, value, true);

/** A VMCB of a flat guest in protected mode. */
function fillVmcb(): void {
  put(0x10, 1);
  put(0x58, 1);
  for (const [at, selector, attributes] of [
    [0x400, Sel.data0, 0xc93],
    [0x410, Sel.code0, 0xc9b],
    [0x420, Sel.data0, 0xc93],
    [0x430, Sel.data0, 0xc93],
  ] as const) {
    put(at, selector | (attributes << 16));
    put(at + 4, 0xffffffff);
  }
  put(0x4d0, 0x1000);
  put(0x558, 0x11);
  put(0x570, 2);
  put(0x578, GUEST);
  put(0x5d8, 0x9000);
}

/** The fault that is raised, for the dispatcher. */
function raised(run: () => void): GuestFault {
  try {
    run();
  } catch (error) {
    return error as GuestFault;
  }
  throw new Error('nothing was raised');
}

beforeEach(() => {
  rig = new Rig(cpuModel('max,+svm')).enterProtected(0);
  setRegister(VM_HSAVE_PA, HOST_AREA);
  rig.trap('writeModelRegister');
  fillVmcb();
});

describe('VM_CR', () => {
  test('disables AMD-V, and its lock keeps that', () => {
    setRegister(VM_CR, 0x18);
    rig.trap('writeModelRegister');
    setRegister(VM_CR, 0);
    rig.trap('writeModelRegister');
    rig.trap('readModelRegister');
    expect(rig.words[Word.eax]).toBe(0x18);
    setRegister(EFER, 0x1000);
    rig.expectFault(Vector.generalProtection, 0, 'writeModelRegister');
  });

  test('cannot disable what is in use', () => {
    setRegister(EFER, 0x1000);
    rig.trap('writeModelRegister');
    setRegister(VM_CR, 0x10);
    rig.expectFault(Vector.generalProtection, 0, 'writeModelRegister');
  });

  test('has no other bits', () => {
    setRegister(VM_CR, 0x20);
    rig.expectFault(Vector.generalProtection, 0, 'writeModelRegister');
  });
});

test.each([
  [8, 0],
  [0x1000, 0x10],
])('VM_HSAVE_PA is the address of a page of memory, not %i and %i', (low, high) => {
  setRegister(VM_HSAVE_PA, low, high);
  rig.expectFault(Vector.generalProtection, 0, 'writeModelRegister');
});

describe('VMRUN', () => {
  test('enters the guest, under a key of its own', () => {
    const key = rig.words[Word.key]!;
    rig.trap('runGuest', VMCB, NEXT);
    expect([rig.words[Word.eip], rig.words[Word.esp], rig.words[Word.guestMode]]).toEqual([GUEST, 0x9000, 1]);
    expect(rig.words[Word.key]).toBe(key | Key.guest);
    expect(rig.memory.flushes).toContain('all');
  });

  test('of what is not allowed goes on with the host, and says so', () => {
    put(0x10, 0);
    rig.trap('runGuest', VMCB, NEXT);
    expect([rig.words[Word.eip], rig.words[Word.guestMode], rig.words[Word.interruptsHeld]]).toEqual([NEXT, 0, 1]);
    expect([field(0x70), field(0x74)]).toEqual([0xffffffff, 0xffffffff]);
  });

  test.each([
    ['the map of ports ends with the last byte', 0x40, 0xffffe000, 0xf],
    ['the map of registers ends with the last byte', 0x48, 0xffffe000, 0xf],
    ['CR3 has bits that no address has', 0x550, 0, 0x10],
  ])('refuses a guest: %s', (_name, at, low, high) => {
    put(at, low);
    put(at + 4, high);
    rig.trap('runGuest', VMCB, NEXT);
    expect([rig.words[Word.guestMode], field(0x70)]).toEqual([0, 0xffffffff]);
  });

  test('takes maps that end before', () => {
    for (const at of [0x40, 0x48]) {
      put(at, 0xffffdfff);
      put(at + 4, 0xf);
    }
    rig.trap('runGuest', VMCB, NEXT);
    expect(rig.words[Word.guestMode]).toBe(1);
  });

  test('knows no virtual-8086 mode in real mode', () => {
    put(0x558, 0x10);
    put(0x570, 2 | Eflags.vm);
    rig.trap('runGuest', VMCB, NEXT);
    expect(rig.words[Word.key]! & (Key.vm86 | Key.protected)).toBe(0);
    expect(rig.cpu.isVm86).toBe(false);
  });

  test('raises what is intercepted as an exit, with nothing changed', () => {
    put(0x0c, 1 << 14);
    rig.trap('runGuest', VMCB, NEXT);
    const before = Array.from(rig.words);
    expect(raised(() => rig.trap('readTimestamp')).exit).toBe(Exit.rdtsc);
    expect(Array.from(rig.words)).toEqual(before);
  });
});

test("an exit loads no bits from the host's area that the processor does not have", () => {
  put(0x10, 3);
  rig.trap('runGuest', VMCB, NEXT);
  for (const at of [0x4d0, 0x548, 0x558]) rig.memory.view.setUint32(HOST_AREA + at, 0x3fffffff, true);
  leaveGuest(rig.cpu, { code: Exit.vmmcall, eip: GUEST, nextEip: 0 });
  expect(rig.words[Word.efer]).toBe(0x1800);
  // All of CR4 that this processor has; CR0 without CD cannot have NW.
  expect(rig.words[Word.cr4]! & ~0x407ff).toBe(0);
  expect(rig.words[Word.cr0]).toBe(0x5003f);
});

test("an exit goes on in protected mode, whatever the host's area says", () => {
  put(0x10, 3);
  rig.trap('runGuest', VMCB, NEXT);
  rig.memory.view.setUint32(HOST_AREA + 0x558, 0x10, true);
  rig.memory.view.setUint32(HOST_AREA + 0x570, 2 | Eflags.vm, true);
  leaveGuest(rig.cpu, { code: Exit.vmmcall, eip: GUEST, nextEip: 0 });
  expect([rig.words[Word.cr0]! & 1, rig.words[Word.eflags]! & Eflags.vm]).toEqual([1, 0]);
  expect(rig.cpu.isProtected).toBe(true);
});

test('the trap of a host with the trap flag set comes after its guest was left', () => {
  rig.words[Word.eflags] |= Eflags.tf;
  rig.trap('runGuest', VMCB, NEXT);
  expect(rig.words[Word.debugTraps]).toBe(0);
  leaveGuest(rig.cpu, { code: Exit.vmmcall, eip: GUEST, nextEip: 0 });
  expect([rig.words[Word.debugTraps], rig.words[Word.eip]]).toEqual([0x4000, NEXT]);
});

describe('the event that an exit interrupts', () => {
  test.each([
    ['INT3 is an exception', () => rig.trap('softwareException', 3, GUEST + 1), 0x80000303],
    ['INTO is an exception', () => rig.trap('softwareException', 4, GUEST + 1), 0x80000304],
    ['INT 3 is a software interrupt', () => rig.trap('softwareInterrupt', 3, GUEST + 2), 0x80000403],
  ])('%s', (_name, run, expected) => {
    put(0x08, 1 << Vector.generalProtection);
    rig.trap('runGuest', VMCB, NEXT);
    deliverFault(rig.cpu, raised(run), GUEST + 1);
    expect([field(0x70), field(0x88)]).toEqual([0x4d, expected]);
  });
});

describe('nested paging', () => {
  const [HOST, OWN] = [0x00070406, 0x01010101];
  const attributes = () => rig.cpu.modelRegisters.pat;

  beforeEach(() => {
    rig = new Rig(cpuModel('max,+npt')).enterProtected(0);
    setRegister(VM_HSAVE_PA, HOST_AREA);
    rig.trap('writeModelRegister');
    fillVmcb();
    rig.words[Word.cr0] |= 1 << 31;
    for (const [at, value] of [
      [0x90, 1],
      [0x668, OWN],
      [0x66c, OWN],
    ] as const)
      put(at, value);
  });

  test('the guest has a page attribute table of its own', () => {
    rig.trap('runGuest', VMCB, NEXT);
    expect(attributes()).toEqual([OWN, OWN]);
    setRegister(0x277, 0x04040404, 0x06060606);
    rig.trap('writeModelRegister');
    leaveGuest(rig.cpu, { code: Exit.vmmcall, eip: GUEST, nextEip: 0 });
    expect([field(0x668), field(0x66c)]).toEqual([0x04040404, 0x06060606]);
    expect(attributes()).toEqual([HOST, HOST]);
  });

  test('a guest is refused with a table that holds no types', () => {
    put(0x66c, 2);
    rig.trap('runGuest', VMCB, NEXT);
    expect([rig.words[Word.guestMode], field(0x70)]).toEqual([0, 0xffffffff]);
    expect(attributes()).toEqual([HOST, HOST]);
  });

  test("a guest's load of CR3 reads no page-directory pointers", () => {
    rig.trap('runGuest', VMCB, NEXT);
    rig.words[Word.cr4] |= 1 << 5;
    rig.words[Word.cr0] |= 1 << 31;
    rig.memory.view.setUint32(0x8000, 0x1e7, true);
    rig.trap('moveToControl', 3, 0x8000);
    expect(rig.words[Word.cr3]).toBe(0x8000);
  });
});

test("a guest's guest does not call the hypervisor around the machine", () => {
  let calls = 0;
  Object.assign(rig.hypervisor, { xen: { call: () => calls++ } });
  rig.trap('callHypervisor');
  expect(calls).toBe(1);
  rig.trap('runGuest', VMCB, NEXT);
  expect(raised(() => rig.trap('callHypervisor'))).toMatchObject({ exit: -1, vector: Vector.invalidOpcode });
  expect(calls).toBe(1);
});

test('RDPMC at level 3 is not intercepted, but #GP', () => {
  put(0x0c, 1 << 15);
  rig.trap('runGuest', VMCB, NEXT);
  expect(raised(() => rig.trap('readPerformanceCounter')).exit).toBe(Exit.rdpmc);
  rig.words[Word.cpl] = 3;
  expect(raised(() => rig.trap('readPerformanceCounter'))).toMatchObject({ exit: -1, vector: 13 });
  rig.words[Word.cr4] |= 1 << 8;
  expect(raised(() => rig.trap('readPerformanceCounter')).exit).toBe(Exit.rdpmc);
});

test('CLGI holds NMIs and virtual interrupts off', () => {
  rig.words[Word.nmi] = Nmi.pending;
  rig.words[Word.eflags] |= Eflags.if;
  rig.words[Word.virtualInterrupt] = 0x10100;
  const waiting = () => [isNmiWaiting(rig.words), isVirtualInterruptWaiting(rig.words)];
  expect(waiting()).toEqual([true, true]);
  rig.trap('holdInterrupts', 1);
  expect(waiting()).toEqual([false, false]);
});

describe('INIT', () => {
  const comes = () => [acceptsInit(rig.cpu), rig.words[Word.interruptsHeld]];
  let asked = 0;

  beforeEach(() => {
    asked = 0;
    rig.cpu.onInit = () => asked++;
  });

  test('comes at once where GIF is set and nobody intercepts it', () => {
    expect(comes()).toEqual([true, Held.none]);
    rig.trap('runGuest', VMCB, NEXT);
    expect(comes()).toEqual([true, Held.none]);
  });

  test('waits for GIF', () => {
    rig.trap('holdInterrupts', 1);
    expect(comes()).toEqual([false, Held.withInit]);
    rig.trap('holdInterrupts', 1);
    expect([asked, rig.words[Word.interruptsHeld]]).toEqual([0, Held.withInit]);
    rig.trap('holdInterrupts', 0);
    expect([asked, rig.words[Word.interruptsHeld]]).toEqual([1, Held.none]);
  });

  test('is held until VMRUN too, which sets GIF, and not lost where that is refused', () => {
    rig.trap('holdInterrupts', 1);
    comes();
    put(0x10, 0);
    rig.trap('runGuest', VMCB, NEXT);
    expect([asked, rig.words[Word.interruptsHeld]]).toEqual([0, Held.withInit]);
    put(0x10, 1);
    rig.trap('runGuest', VMCB, NEXT);
    expect([asked, rig.words[Word.guestMode], rig.words[Word.interruptsHeld]]).toEqual([1, 1, Held.none]);
  });

  test('leaves the guest where it is intercepted, and still waits then', () => {
    put(0x0c, 1 << 3);
    rig.trap('runGuest', VMCB, NEXT);
    expect(comes()).toEqual([false, Held.withInit]);
    expect([field(0x70), field(0x74), field(0x78), field(0x578)]).toEqual([0x63, 0, 0, GUEST]);
    expect([rig.words[Word.guestMode], rig.words[Word.eip]]).toEqual([0, NEXT]);
  });

  test('becomes a security exception where VM_CR redirects it, in a guest one that can be intercepted', () => {
    setRegister(VM_CR, 2);
    rig.trap('writeModelRegister');
    rig.vector(30);
    expect(comes()).toEqual([false, Held.none]);
    expect([rig.words[Word.eip], rig.stack(1)[0]]).toEqual([0x10001e, 1]);
    put(0x08, 1 << 30);
    rig.trap('runGuest', VMCB, NEXT);
    expect(comes()).toEqual([false, Held.all]);
    expect([field(0x70), field(0x78)]).toEqual([0x5e, 1]);
  });
});

describe('maskable interrupts', () => {
  const accepts = () => acceptsInterrupts(rig.words);

  test('are held off by CLGI', () => {
    rig.words[Word.eflags] |= Eflags.if;
    expect(accepts()).toBe(true);
    rig.trap('holdInterrupts', 1);
    expect(accepts()).toBe(false);
    rig.trap('holdInterrupts', 0);
    expect(accepts()).toBe(true);
  });

  test.each([
    ['set', Eflags.if, true],
    ['clear', 0, false],
  ])("come by the host's IF where the VMCB says so: %s", (_name, flag, expected) => {
    put(0x60, 1 << 24);
    put(0x570, 2 | (flag === 0 ? Eflags.if : 0));
    rig.words[Word.eflags] |= flag;
    rig.trap('runGuest', VMCB, NEXT);
    expect(accepts()).toBe(expected);
  });
});

test('the time-stamp counter of a guest has its offset', () => {
  put(0x50, 100);
  rig.time = 1000;
  rig.trap('runGuest', VMCB, NEXT);
  rig.trap('readTimestamp');
  expect([rig.words[Word.eax], rig.words[Word.edx]]).toEqual([1100, 0]);
});
