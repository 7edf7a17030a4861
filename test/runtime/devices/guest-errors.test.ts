import { expect, test } from 'vitest';
import { A20Gate } from '../../../runtime/bus/a20-gate.ts';
import { I8042 } from '../../../runtime/devices/i8042/index.ts';
import { IoApic } from '../../../runtime/devices/io-apic/index.ts';
import { IO_APIC_BASE } from '../../../runtime/devices/io-apic/registers.ts';
import { DEFAULT_BASE } from '../../../runtime/devices/local-apic/registers.ts';
import { LocalApics } from '../../../runtime/devices/local-apic/set.ts';
import { PciBus } from '../../../runtime/devices/pci/index.ts';
import { PowerManagement } from '../../../runtime/devices/power/index.ts';
import { RtcCmos } from '../../../runtime/devices/rtc-cmos/index.ts';
import { Layer, NO_FRAME, PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { Rig, recordedLine, recordedStream } from './rig.ts';

/** A rig with a bus for registers in memory. */
class MemoryRig extends Rig {
  readonly map = new PhysicalMap(new GuestRam(1 << 20, 0));
  readonly mmio = this.map.bus(Layer.chipset);

  write(address: number, value: number, size = 4): void {
    expect(this.map.frameAt(address >>> 12)).toBe(NO_FRAME);
    this.map.writeDevice(address, size, value);
  }
}

test('the keyboard controller tells of commands that it does not have', () => {
  const rig = new Rig();
  const a20 = new A20Gate(() => {});
  const lines = { keyboardLine: recordedStream(), mouseLine: recordedStream() };
  new I8042({ ...rigOf(rig), ...lines, keyboardIrq: recordedLine(), mouseIrq: recordedLine(), a20 });
  rig.out8(0x64, 0xaa, 0x60, 0xd4, 0x21, 0xb0);
  expect(rig.mistakes).toEqual(['i8042: unknown command b0']);
});

test('the clock tells of writes of registers that are only read', () => {
  const rig = new Rig();
  new RtcCmos({ ...rigOf(rig), startTime: 0 });
  for (const address of [0x0b, 0x0c, 0x0d, 0x40]) {
    rig.out8(0x70, address);
    rig.out8(0x71, 2);
  }
  expect(rig.mistakes).toEqual(['RTC: write of a read-only register c', 'RTC: write of a read-only register d']);
});

test('PCI tells of writes to functions that are not there, and not of reads, which look for them', () => {
  const rig = new Rig();
  new PciBus(rig);
  rig.ports.write(0xcf8, 4, 0x80001810);
  rig.ports.read(0xcfc, 4);
  rig.ports.write(0xcfc, 4, 1);
  expect(rig.mistakes).toEqual(['PCI: write where no function is, at address 80001810']);
});

test('power management tells of sleep types and commands that it does not have', () => {
  const rig = new Rig();
  new PowerManagement({ ...rigOf(rig), base: 0x600 });
  rig.out8(0xb2, 0xf1, 0xf0, 0x77);
  rig.ports.write(0x604, 2, 0x2c00);
  expect(rig.mistakes).toEqual(['power management: unknown SMI command 77', 'power management: no such sleep type 3']);
});

test('the local APIC tells of registers and vectors that are not there', () => {
  const rig = new MemoryRig();
  const external = { pending: false, isOpen: false, acknowledge: () => 0, onPending: () => {} };
  const memory = { has: () => false, read: () => {}, write: () => {} };
  const signals = { nmi: () => {}, init: () => {}, startUp: () => {} };
  new LocalApics(rig.mmio, { ...rigOf(rig), ids: [0], memory, external, endOfInterrupt: () => {}, signals });
  rig.write(DEFAULT_BASE + 0xf0, 0x1ff);
  rig.write(DEFAULT_BASE + 0x30, 1);
  expect(rig.mistakes).toEqual([]);
  rig.write(DEFAULT_BASE + 0x3f0, 1);
  rig.map.readDevice(DEFAULT_BASE + 0x40, 4);
  rig.write(DEFAULT_BASE + 0xf0, 1, 1);
  rig.write(DEFAULT_BASE + 0x300, 0x40003);
  expect(rig.mistakes).toEqual([
    'local APIC: access of no such register, at offset 3f0',
    'local APIC: access of no such register, at offset 40',
    'local APIC: write that is no whole register, at offset f0',
    'local APIC: sent an illegal vector 3',
    'local APIC: received an illegal vector 3',
  ]);
});

test('the I/O APIC tells of registers that are not there', () => {
  const rig = new MemoryRig();
  new IoApic({ ...rigOf(rig), mmio: rig.mmio, send: () => true });
  for (const index of [0, 0x10, 0x3f, 0x40, 1]) {
    rig.write(IO_APIC_BASE, index);
    rig.write(IO_APIC_BASE + 0x10, 0x10000);
  }
  expect(rig.mistakes).toEqual(['I/O APIC: write of no such register 40', 'I/O APIC: write of no such register 1']);
});

function rigOf({ ports, clock, events, power, irq, guestError }: Rig) {
  return { ports, clock, events, power, irq, guestError };
}
