import { expect, test } from 'vitest';
import type { CardModel } from '../../../runtime/machine/catalogue/network.ts';
import { makePlugMachine, type PlugMachine } from '../../support/plug-storm.ts';

const UNPLUG = 0x10;
const [IDS, COMMAND, BASE] = [0, 4, 0x10];
const card = (model: CardModel, n: number) => ({ name: `card${n}`, model, mac: [0x52, 0x54, 0, 0, 0, n] });
const pciSlots = { card0: 5 };

function machineWith(...models: readonly CardModel[]): PlugMachine {
  return makePlugMachine({ xen: true, cpu: 'max', cards: models.map(card), pciSlots });
}

/** A register of the first card's configuration space. */
function config({ core: { pc } }: PlugMachine, register: number, value?: number): number {
  pc.ports.write(0xcf8, 4, 0x80000000 + 5 * 0x800 + register);
  if (value !== undefined) pc.ports.write(0xcfc, 4, value);
  return pc.ports.read(0xcfc, 4) >>> 0;
}

/** Firmware has placed the card's ports. */
function enable(machine: PlugMachine): void {
  config(machine, BASE, 0xd001);
  config(machine, COMMAND, 7);
}

test('a guest with a card of Xen can unplug the emulated ones, until the machine is reset', () => {
  const machine = machineWith('ne2k_pci', 'xen-net-device');
  enable(machine);
  const { ports } = machine.core.pc;
  expect(config(machine, IDS)).toBe(0x802910ec);
  expect(ports.read(0xd000, 1)).not.toBe(0xff);
  ports.write(UNPLUG, 2, 1);
  expect(config(machine, IDS)).toBe(0x802910ec);
  ports.write(UNPLUG, 2, 2);
  expect([config(machine, IDS), config(machine, COMMAND, 7)]).toEqual([0xffffffff, 0xffffffff]);
  expect(ports.read(0xd000, 1)).toBe(0xff);
  machine.core.load(machine.core.save());
  expect(config(machine, IDS)).toBe(0xffffffff);
  machine.core.reset();
  expect([config(machine, IDS), config(machine, COMMAND) & 7]).toEqual([0x802910ec, 0]);
});

test('a guest without a card of Xen keeps its own', () => {
  const machine = machineWith('ne2k_pci');
  enable(machine);
  machine.core.pc.ports.write(UNPLUG, 2, 3);
  expect(config(machine, IDS)).toBe(0x802910ec);
  expect(config(machine, COMMAND) & 7).toBe(7);
});

test('the power button is that of ACPI while the guest has not said that it listens at the store', () => {
  const machine = machineWith();
  const { pc, examination } = machine.core;
  const [status, powerButton] = [pc.powerManagement.base, 0x100];
  const isPressed = () => (pc.ports.read(status, 2) & powerButton) !== 0;
  examination.pressPowerButton();
  expect(isPressed()).toBe(true);
  pc.ports.write(status, 2, powerButton);
  expect(isPressed()).toBe(false);
});
