import { describe, expect, test } from 'vitest';
import { modelRegisterComponent } from '../../../runtime/cpu/component.ts';
import { addStolenTime } from '../../../runtime/cpu/kvm/steal-time.ts';
import { cpuModel } from '../../../runtime/cpu/model.ts';
import { Word } from '../../../translator/abi/state.ts';
import { caught, Rig } from './rig.ts';

const [WALL_CLOCK, SYSTEM_TIME, STEAL_TIME, END_OF_INTERRUPT] = [0x4b564d00, 0x4b564d01, 0x4b564d03, 0x4b564d04];
const [TSC, TSC_ADJUST] = [0x10, 0x3b];
const kvm = cpuModel('max,+kvm');

const GENERAL_PROTECTION = 13;
const fault = (run: () => void): number | undefined => caught(run)?.vector;

/** A guest of KVM's, with what it does by the documents of Linux (virt/kvm/x86/msr.rst). */
class KvmRig extends Rig {
  readonly view = new DataView(this.shared.buffer);

  constructor(model = kvm) {
    super(model);
  }

  cpuid(leaf: number): number[] {
    Object.assign(this.words, { [Word.eax]: leaf, [Word.ecx]: 0 });
    this.trap('identify');
    return [Word.eax, Word.ebx, Word.ecx, Word.edx].map((word) => this.words[word]! >>> 0);
  }

  writeRegister(number: number, low: number, high = 0): void {
    Object.assign(this.words, { [Word.ecx]: number, [Word.eax]: low, [Word.edx]: high });
    this.trap('writeModelRegister');
  }

  readRegister(number: number): number[] {
    this.words[Word.ecx] = number;
    this.trap('readModelRegister');
    return [this.words[Word.eax]! >>> 0, this.words[Word.edx]! >>> 0];
  }

  /** The system time, as the guest computes it of the TSC and the structure. */
  systemTime(at: number): bigint {
    const { view } = this;
    const [low, high] = this.readRegister(TSC);
    const tsc = (BigInt(high!) << 32n) | BigInt(low!);
    const shift = view.getInt8(at + 28);
    const passed = BigInt.asUintN(64, tsc - view.getBigUint64(at + 8, true));
    const shifted = shift < 0 ? passed >> BigInt(-shift) : passed << BigInt(shift);
    return view.getBigUint64(at + 16, true) + ((shifted * BigInt(view.getUint32(at + 24, true))) >> 32n);
  }
}

describe('CPUID', () => {
  test('has the signature, the features and the frequencies', () => {
    const rig = new KvmRig();
    const [last, ...words] = rig.cpuid(0x40000000);
    expect(last).toBe(0x40000010);
    expect(Buffer.from(Uint32Array.from(words).buffer).toString('latin1')).toBe('KVMKVMKVM\0\0\0');
    expect(rig.cpuid(0x40000001)).toEqual([0x0100006a, 0, 0, 0]);
    expect(rig.cpuid(0x40000010)).toEqual([1_000_000, 1_000_000, 0, 0]);
    expect(rig.cpuid(0x40000002)).toEqual([0, 0, 0, 0]);
    expect(new KvmRig(cpuModel('max,+kvm,-apic')).cpuid(0x40000001)).toEqual([0x0100002a, 0, 0, 0]);
    expect(rig.cpuid(1)[2]! >>> 31).toBe(1);
  });

  test('has nothing of it otherwise', () => {
    const rig = new Rig();
    Object.assign(rig.words, { [Word.eax]: 0x40000000, [Word.ecx]: 0 });
    rig.trap('identify');
    expect(rig.words[Word.ebx]).not.toBe(0x4b4d564b);
    Object.assign(rig.words, { [Word.eax]: 1 });
    rig.trap('identify');
    expect(rig.words[Word.ecx]! >>> 31).toBe(0);
  });
});

describe('The system time', () => {
  const PLACE = 0x100;

  test('is virtual time, now and later', () => {
    const rig = new KvmRig();
    rig.time = 5_000_000_123;
    rig.writeRegister(SYSTEM_TIME, PLACE | 1);
    expect(rig.readRegister(SYSTEM_TIME)).toEqual([PLACE | 1, 0]);
    expect(rig.view.getUint8(PLACE + 29)).toBe(1);
    for (const time of [5_000_000_123, 5_000_000_124, 86_400_000_000_001]) {
      rig.time = time;
      expect(rig.systemTime(PLACE)).toBe(BigInt(time));
    }
  });

  test.each([
    ['TSC', TSC, 0xfffffff0, 0xffffffff],
    ['TSC', TSC, 7, 0],
    ['TSC_ADJUST', TSC_ADJUST, 0x89abcdef, 0x01234567],
  ])('stays what it is where %s is written', (_, register, low, high) => {
    const rig = new KvmRig();
    rig.writeRegister(SYSTEM_TIME, PLACE | 1);
    rig.time = 1_000_000_000;
    const version = rig.view.getUint32(PLACE, true);
    rig.writeRegister(register, low, high);
    expect(rig.view.getUint32(PLACE, true)).toBe(version + 2);
    expect(version % 2).toBe(0);
    rig.time += 1000;
    expect(rig.systemTime(PLACE)).toBe(1_000_001_000n);
  });

  test('is written only while it is asked for, and only where memory is', () => {
    const rig = new KvmRig();
    rig.writeRegister(SYSTEM_TIME, PLACE);
    rig.writeRegister(SYSTEM_TIME, 0xff1);
    rig.writeRegister(SYSTEM_TIME, PLACE | 1, 1);
    rig.writeRegister(TSC, 5);
    expect(rig.shared.every((byte) => byte === 0)).toBe(true);
    expect(rig.readRegister(SYSTEM_TIME)).toEqual([PLACE | 1, 1]);
  });

  test('is forgotten by a reset', () => {
    const rig = new KvmRig();
    rig.writeRegister(SYSTEM_TIME, PLACE | 1);
    rig.cpu.reset();
    expect(rig.readRegister(SYSTEM_TIME)).toEqual([0, 0]);
    rig.shared.fill(0);
    rig.writeRegister(TSC, 5);
    expect(rig.shared.every((byte) => byte === 0)).toBe(true);
  });
});

test('The wall clock is the time of day when the system time was 0', () => {
  const rig = new KvmRig();
  rig.time = 77_000_000_000;
  for (const version of [2, 4]) {
    rig.writeRegister(WALL_CLOCK, 0x200);
    expect([0, 4, 8].map((at) => rig.view.getUint32(0x200 + at, true))).toEqual([version, 1_000_000_000, 250_000_000]);
  }
  expect(rig.readRegister(WALL_CLOCK)).toEqual([0x200, 0]);
});

describe('The stolen time', () => {
  const PLACE = 0x140;
  const stolen = ({ view }: KvmRig) => [view.getBigUint64(PLACE, true), view.getUint32(PLACE + 8, true)];

  test('is added to what the guest has in its memory, with an even version', () => {
    const rig = new KvmRig();
    rig.writeRegister(STEAL_TIME, PLACE | 1);
    expect(rig.readRegister(STEAL_TIME)).toEqual([PLACE | 1, 0]);
    expect(stolen(rig)).toEqual([0n, 0]);
    addStolenTime(rig.cpu, 15_000_000.7);
    expect(stolen(rig)).toEqual([15_000_000n, 2]);
    rig.view.setBigUint64(PLACE, 0xffff_ffffn, true);
    rig.view.setUint32(PLACE + 8, 5, true);
    addStolenTime(rig.cpu, 2);
    expect(stolen(rig)).toEqual([0x1_0000_0001n, 6]);
    expect(rig.shared.filter((byte) => byte !== 0)).toHaveLength(3);
  });

  test('is not told before it is asked for, where no memory is, and after a reset', () => {
    const rig = new KvmRig();
    addStolenTime(rig.cpu, 1000);
    for (const [low, high] of [
      [PLACE, 0],
      [PLACE | 1, 1],
      [0x1001, 0],
    ] as const) {
      rig.writeRegister(STEAL_TIME, low, high);
      addStolenTime(rig.cpu, 1000);
    }
    rig.writeRegister(STEAL_TIME, PLACE | 1);
    rig.cpu.reset();
    addStolenTime(rig.cpu, 1000);
    expect(rig.shared.every((byte) => byte === 0)).toBe(true);
  });

  test('is at a multiple of 64', () => {
    const rig = new KvmRig();
    for (const low of [0x103, 0x121]) expect(fault(() => rig.writeRegister(STEAL_TIME, low))).toBe(GENERAL_PROTECTION);
    expect(rig.readRegister(STEAL_TIME)).toEqual([0, 0]);
  });
});

describe('The place of the end of an interrupt', () => {
  test('is the APIC’s, at a multiple of 4', () => {
    const rig = new KvmRig();
    rig.writeRegister(END_OF_INTERRUPT, 0x105, 2);
    expect(rig.endOfInterruptPlace).toEqual([0x105, 2]);
    expect(rig.readRegister(END_OF_INTERRUPT)).toEqual([0x105, 2]);
    expect(fault(() => rig.writeRegister(END_OF_INTERRUPT, 0x103))).toBe(GENERAL_PROTECTION);
    expect(rig.endOfInterruptPlace).toEqual([0x105, 2]);
  });

  test.each(['max', 'max,+kvm,-apic'])('is not there with -cpu %s', (model) => {
    const rig = new KvmRig(cpuModel(model));
    expect(fault(() => rig.readRegister(END_OF_INTERRUPT))).toBe(GENERAL_PROTECTION);
  });
});

test('A saved state has where the structures are', () => {
  const rig = new KvmRig();
  rig.writeRegister(SYSTEM_TIME, 0x101);
  const other = new KvmRig();
  modelRegisterComponent(other.cpu.modelRegisters).load(modelRegisterComponent(rig.cpu.modelRegisters).save());
  expect(other.readRegister(SYSTEM_TIME)).toEqual([0x101, 0]);
});
