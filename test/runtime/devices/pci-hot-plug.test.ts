import { beforeEach, expect, test } from 'vitest';
import { PciHotPlug } from '../../../runtime/devices/pci-hot-plug/index.ts';
import { BASE_PORT, Register } from '../../../runtime/devices/pci-hot-plug/registers.ts';
import { GeneralEvents } from '../../../runtime/devices/power/general-events.ts';
import { PowerManagement } from '../../../runtime/devices/power/index.ts';
import { GPE0_PORT } from '../../../runtime/devices/power/registers.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

/** The chip with the event that tells of it. */
class HotPlugRig extends Rig {
  readonly ejected: number[] = [];
  readonly events0 = new GeneralEvents(this.ports);
  readonly power0 = new PowerManagement({ ...this.board, generalEvents: this.events0 });
  readonly chip = new PciHotPlug({
    ports: this.ports,
    tell: () => this.events0.raise(1),
    removable: 0xfffffff8,
    eject: (slot) => this.ejected.push(slot),
  });

  get board() {
    const { ports, clock, events, power, irq } = this;
    return { ports, clock, events, power, irq };
  }

  read(register: number): number {
    return this.ports.read(BASE_PORT + register, 4);
  }

  write(register: number, value: number): void {
    this.ports.write(BASE_PORT + register, 4, value);
  }

  /** Status, and what is enabled, of the first byte of events. */
  gpe(): number[] {
    return [this.ports.read(GPE0_PORT, 1), this.ports.read(GPE0_PORT + 2, 1)];
  }
}

let rig: HotPlugRig;
beforeEach(() => {
  rig = new HotPlugRig();
});

test('a slot that something was plugged into is told once, with an event that interrupts if it is enabled', () => {
  rig.chip.inserted(5);
  expect([rig.gpe(), rig.irq.level]).toEqual([[2, 0], false]);
  rig.ports.write(GPE0_PORT + 2, 1, 2);
  expect(rig.irq.level).toBe(true);
  rig.ports.write(GPE0_PORT, 1, 2);
  expect([rig.gpe(), rig.irq.level]).toEqual([[0, 2], false]);
  expect([rig.read(Register.up), rig.read(Register.up)]).toEqual([0x20, 0]);
});

test('what is to be pulled out stays so until the guest lets go of it', () => {
  rig.ports.write(GPE0_PORT + 2, 1, 2);
  rig.chip.ask(31);
  rig.chip.ask(4);
  expect([rig.read(Register.down), rig.read(Register.down), rig.irq.level]).toEqual([0x80000010, 0x80000010, true]);
  rig.write(Register.eject, 0x80000010);
  expect([rig.ejected, rig.read(Register.down)]).toEqual([[4], 0x80000000]);
  rig.write(Register.eject, 0);
  rig.write(Register.eject, 0x80000000);
  expect([rig.ejected, rig.read(Register.down)]).toEqual([[4, 31], 0]);
});

test('a reset pulls out what was to be pulled out', () => {
  rig.chip.ask(6);
  rig.chip.inserted(7);
  rig.chip.reset();
  rig.power0.reset();
  rig.events0.reset();
  expect([rig.ejected, rig.read(Register.down), rig.read(Register.up), rig.gpe()]).toEqual([[6], 0, 0, [0, 0]]);
});

test('only whole accesses reach registers, and only bus 0 has slots', () => {
  rig.chip.ask(3);
  expect([rig.ports.read(BASE_PORT + 4, 1), rig.ports.read(BASE_PORT + 5, 4)]).toEqual([0, 0]);
  rig.ports.write(BASE_PORT + Register.eject, 1, 8);
  rig.write(Register.bus, 1);
  rig.write(Register.eject, 8);
  expect([rig.ejected, rig.read(Register.down), rig.read(Register.removable)]).toEqual([[], 0, 0xffffffff]);
  rig.write(Register.bus, 256);
  expect([rig.read(Register.bus), rig.read(Register.removable)]).toEqual([0, 0]);
  rig.write(Register.bus, 0);
  expect([rig.read(Register.removable), rig.read(Register.deviceNumber), rig.read(Register.eject)]).toEqual([
    0xfffffff8, 0, 0,
  ]);
});

test('a loaded state has what was on its way', () => {
  rig.chip.inserted(9);
  rig.chip.ask(8);
  const other = new HotPlugRig();
  restore(other.chip.component, rig.chip.component.save());
  restore(other.events0.component, rig.events0.component.save());
  expect([other.read(Register.up), other.read(Register.down), other.gpe()]).toEqual([0x200, 0x100, [2, 0]]);
});
