import { describe, expect, test } from 'vitest';
import { HYPERCALL_REGISTER, HyperVPartition } from '../../../runtime/cpu/hyper-v/partition.ts';
import { cpuModel, cpuProblem, cpuWarnings } from '../../../runtime/cpu/model.ts';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { Word } from '../../../translator/abi/state.ts';
import { caught, Rig } from './rig.ts';

const GENERAL_PROTECTION = 13;
const fault = (run: () => void): number | undefined => caught(run)?.vector;

const [SYSTEM, HYPERCALL, INDEX, RESET, COUNT, REFERENCE] = [
  0x40000000, 0x40000001, 0x40000002, 0x40000003, 0x40000020, 0x40000021,
];
const [TSC_FREQUENCY, APIC_FREQUENCY] = [0x40000022, 0x40000023];
const [EOI, ICR, TPR, ASSIST] = [0x40000070, 0x40000071, 0x40000072, 0x40000073];
const TSC = 0x10;
const all = 'max,hv-relaxed,hv-vapic,hv-spinlocks=0x1fff,hv-time,hv-vpindex,hv-reset,hv-frequencies';

/** A guest of Hyper-V's, with what it does by the Top Level Functional Specification. */
class HyperVRig extends Rig {
  readonly view = new DataView(this.shared.buffer);
  readonly partition: HyperVPartition;
  resets = 0;

  constructor(model = all) {
    super(cpuModel(model), 0x4000);
    const { memory } = this.hypervisor;
    this.partition = new HyperVPartition({ memory, apicIds: [4, 0], reset: () => this.resets++ });
    this.hypervisor.hyperV = this.partition;
  }

  cpuid(leaf: number): number[] {
    Object.assign(this.words, { [Word.eax]: leaf, [Word.ecx]: 0 });
    this.trap('identify');
    return [Word.eax, Word.ebx, Word.ecx, Word.edx].map((word) => this.words[word]! >>> 0);
  }

  writeRegister(number: number, low: number, high = 0): number[] {
    Object.assign(this.words, { [Word.ecx]: number, [Word.eax]: low, [Word.edx]: high });
    this.trap('writeModelRegister');
    return [this.words[Word.eax]!, this.words[Word.edx]!];
  }

  readRegister(number: number): number[] {
    this.words[Word.ecx] = number;
    this.trap('readModelRegister');
    return [this.words[Word.eax]! >>> 0, this.words[Word.edx]! >>> 0];
  }

  /** The reference time, as a guest computes it of the TSC and the page; undefined: the page says that it is not valid. */
  referenceTime(at: number): number | undefined {
    if (this.view.getUint32(at, true) === 0) return undefined;
    const [low, high] = this.readRegister(TSC);
    const tsc = (BigInt(high!) << 32n) | BigInt(low!);
    return Number(((tsc * this.view.getBigUint64(at + 8, true)) >> 64n) + this.view.getBigInt64(at + 16, true));
  }
}

describe('CPUID', () => {
  test('has the leaves of Hyper-V', () => {
    const rig = new HyperVRig();
    const [last, ...vendor] = rig.cpuid(0x40000000);
    expect(last).toBe(0x40000005);
    expect(Buffer.from(Uint32Array.from(vendor).buffer).toString('latin1')).toBe('Microsoft Hv');
    expect(rig.cpuid(0x40000001)).toEqual([0x31237648, 0, 0, 0]);
    expect(rig.cpuid(0x40000003)).toEqual([0xaf2, 0, 0, 0x108]);
    expect(rig.cpuid(0x40000004)).toEqual([0x28, 0x1fff, 0, 0]);
    expect(rig.cpuid(1)[2]! >>> 31).toBe(1);
  });

  test('has those of an enlightenment alone, and a number of attempts that is never reached', () => {
    const rig = new HyperVRig('qemu32,hv_relaxed');
    expect([rig.cpuid(0x40000003), rig.cpuid(0x40000004)]).toEqual([
      [0x20, 0, 0, 8],
      [0x20, 0xffffffff, 0, 0],
    ]);
  });

  test("has KVM's behind them", () => {
    const rig = new HyperVRig('max,+kvm,hv-time');
    expect(rig.cpuid(0x40000000)[0]).toBe(0x40000005);
    expect(rig.cpuid(0x40000100).slice(0, 2)).toEqual([0x40000110, 0x4b4d564b]);
    expect(rig.cpuid(0x40000101)[0]).toBe(0x0100006a);
    expect(rig.cpuid(0x40000110)).toEqual([1_000_000, 1_000_000, 0, 0]);
  });
});

describe('Properties of a model', () => {
  test.each([
    ['max,hv-frob', "unknown enlightenment 'hv-frob'; there are: hv-relaxed, hv-vapic, hv-time, hv-vpindex,"],
    ['max,hv-spinlocks=many', "'hv-spinlocks=many' is no number of attempts; give one up to 0xffffffff"],
    ['max,hv-spinlocks', "'hv-spinlocks' is no number of attempts"],
    ['max,hv-time=1', "'hv-time=1' is neither on nor off; give hv-time=on or hv-time=off"],
    ['486,hv-time', "Hyper-V's properties (hv-…) need msr; give +msr too"],
  ])('%s is refused', (text, message) => {
    expect(cpuProblem(text)).toContain(message);
  });

  test('the last one counts, and what there is not is told', () => {
    expect(cpuModel('max,hv-time,hv-time=off').enlightenments).toBeUndefined();
    expect(cpuModel('max,hv-time=off,+hv-time').enlightenments?.switches).toEqual(new Set(['time']));
    expect(cpuWarnings('max,hv-synic,hv-time')).toEqual(["this processor doesn't support requested feature: hv-synic"]);
    expect(cpuProblem('max,hv-synic,enforce')).toContain('hv-synic');
    const named = cpuWarnings('max,hv-time,hv-vendor-id=whatever,hv-version-id-build=7,hv-no-nonarch-coresharing=off');
    expect(named.map((text) => text.split(': ')[1])).toEqual(['hv-vendor-id', 'hv-version-id-build']);
  });
});

describe('Registers', () => {
  test('are not there without an enlightenment', () => {
    const rig = new Rig();
    rig.words[Word.ecx] = SYSTEM;
    expect(fault(() => rig.trap('readModelRegister'))).toBe(GENERAL_PROTECTION);
  });

  test('tell the processor, frequencies and the time in units of 100 ns', () => {
    const rig = new HyperVRig();
    rig.time = 2 ** 45 + 99;
    const count = Math.floor(rig.time / 100);
    expect(rig.readRegister(INDEX)).toEqual([1, 0]);
    expect(rig.readRegister(COUNT)).toEqual([count % 2 ** 32, Math.floor(count / 2 ** 32)]);
    expect([rig.readRegister(TSC_FREQUENCY), rig.readRegister(APIC_FREQUENCY)]).toEqual([
      [1_000_000_000, 0],
      [1_000_000_000, 0],
    ]);
    expect(fault(() => rig.writeRegister(COUNT, 0))).toBe(GENERAL_PROTECTION);
  });

  test('reset the machine', () => {
    const rig = new HyperVRig();
    rig.writeRegister(RESET, 0);
    expect([rig.resets, rig.readRegister(RESET)]).toEqual([0, [0, 0]]);
    rig.writeRegister(RESET, 1);
    expect(rig.resets).toBe(1);
  });

  test('are those of the local APIC, and say where interrupts need no end', () => {
    const rig = new HyperVRig();
    rig.writeRegister(EOI, 0);
    rig.writeRegister(ICR, 0x4041, 0x02000000);
    rig.writeRegister(TPR, 0x20);
    expect(rig.portLog).toEqual(['apic b0 4 0', `apic 310 4 ${0x02000000}`, `apic 300 4 ${0x4041}`, 'apic 80 4 32']);
    expect([rig.readRegister(ICR), rig.readRegister(TPR)]).toEqual([
      [0x3004, 0x3104],
      [0x804, 0],
    ]);
    rig.shared.fill(0xff);
    rig.writeRegister(ASSIST, 0x2001);
    expect([rig.readRegister(ASSIST), [...rig.shared.subarray(0x2000, 0x2005)]]).toEqual([
      [0x2001, 0],
      [0, 0, 0, 0, 0xff],
    ]);
    expect(fault(() => rig.writeRegister(ASSIST, 0x1001, 1))).toBe(GENERAL_PROTECTION);
    expect(fault(() => rig.readRegister(EOI))).toBe(GENERAL_PROTECTION);
  });
});

describe('The reference time', () => {
  test('follows from the TSC, also when that has jumped', () => {
    const rig = new HyperVRig();
    rig.time = 5_000_000_000_000;
    rig.writeRegister(REFERENCE, 0x1001);
    expect(rig.readRegister(REFERENCE)).toEqual([0x1001, 0]);
    const isRight = () => {
      rig.time += 123_456_789;
      expect(Math.abs(rig.referenceTime(0x1000)! - rig.time / 100)).toBeLessThan(2);
    };
    isRight();
    const sequence = rig.view.getUint32(0x1000, true);
    rig.writeRegister(TSC, 1000, 77);
    isRight();
    rig.writeRegister(TSC, 5);
    isRight();
    expect(rig.view.getUint32(0x1000, true)).toBe(sequence + 2);
  });

  test('has no page while the counters of processors differ, also where they did before it was turned on', () => {
    const rig = new HyperVRig();
    let isAgreed = false;
    rig.partition.countersAgree = () => isAgreed;
    rig.writeRegister(REFERENCE, 0x1001);
    expect(rig.referenceTime(0x1000)).toBeUndefined();
    isAgreed = true;
    rig.writeRegister(TSC, 1000);
    rig.time = 1_000_000;
    expect(rig.referenceTime(0x1000)).toBe(10_000);
    isAgreed = false;
    rig.writeRegister(TSC, 2000);
    expect(rig.referenceTime(0x1000)).toBeUndefined();
  });

  test('is nowhere where there is no memory, or when it is turned off', () => {
    const rig = new HyperVRig();
    rig.writeRegister(REFERENCE, 0x100001);
    rig.writeRegister(REFERENCE, 0x1000);
    rig.writeRegister(TSC, 5);
    expect(rig.shared.every((byte) => byte === 0)).toBe(true);
  });
});

describe('Hypercalls', () => {
  test('have a page when the guest has said what it is', () => {
    const rig = new HyperVRig();
    rig.writeRegister(HYPERCALL, 0x1001);
    expect(rig.readRegister(HYPERCALL)).toEqual([0, 0]);
    expect(fault(() => rig.writeRegister(HYPERCALL_REGISTER, 8))).toBe(GENERAL_PROTECTION);
    rig.writeRegister(SYSTEM, 1, 2);
    rig.writeRegister(HYPERCALL, 0x1001);
    expect([rig.shared[0x1000], rig.shared[0x1009]]).toEqual([0x51, 0xc3]);
    expect(rig.writeRegister(HYPERCALL_REGISTER, 8, 5)).toEqual([0, 0]);
    expect(rig.writeRegister(HYPERCALL_REGISTER, 0x5c, 5)).toEqual([2, 0]);
    expect(fault(() => rig.writeRegister(HYPERCALL, 0x100001))).toBe(GENERAL_PROTECTION);
  });

  test('end with the system, and with a reset; they go on from a snapshot', () => {
    const rig = new HyperVRig();
    rig.writeRegister(SYSTEM, 1);
    rig.writeRegister(HYPERCALL, 0x1001);
    const other = new HyperVRig();
    loadComponents([other.partition.component], saveComponents([rig.partition.component]));
    expect(other.readRegister(HYPERCALL)).toEqual([0x1001, 0]);
    other.partition.reset();
    expect(other.readRegister(HYPERCALL)).toEqual([0, 0]);
    rig.writeRegister(SYSTEM, 0);
    expect(rig.readRegister(HYPERCALL)).toEqual([0x1000, 0]);
  });
});
