import { describe, expect, test } from 'vitest';
import { Machine, type MachineOptions, openMonitor } from '../../../src/index.ts';
import { everyDevice } from '../../support/every-device.ts';

/** The slots of PCI functions, by the first words of their names. */
async function slotsOf(machine: Machine): Promise<Record<string, number>> {
  const functions = await machine.examine('pciFunctions');
  return Object.fromEntries(functions.map(({ name, number }) => [name.split(' ')[0], number >> 3]));
}

const small: MachineOptions = { memory: 16, boot: { demo: true } };

test('all that can have a slot of its own is where it is told, and the rest in the others', async () => {
  const names = [
    'vga',
    'virtio-serial',
    'virtio-balloon',
    'virtio-rng',
    'ac97',
    'edu',
    'uhci',
    'xhci',
    'ehci',
    'ahci',
    'pvscsi',
    'lsi53c895a',
    'mptsas1068',
    'virtio0',
    'virtio-9p0',
  ];
  const cards = ['rtl8139.0', 'ne2k_pci.0', 'e1000.0', 'pcnet.0', 'virtio-net-pci.0'];
  const pciSlots = Object.fromEntries([...names, ...cards].map((name, n) => [name, 31 - n]));
  await using machine = await Machine.create({ ...everyDevice, pciSlots });
  const slots = Object.entries(await slotsOf(machine)).filter(([, slot]) => slot >= 2);
  const told = Object.entries(pciSlots);
  expect(slots).toHaveLength(told.length);
  for (const [name, slot] of told) expect(Object.fromEntries(slots)[name]).toBe(slot);
});

test('others have the next free slots, and the display adapter the first', async () => {
  const network = [{ card: 'e1000' }, { card: 'rtl8139' }, { card: 'ne2k_pci' }] as const;
  await using machine = await Machine.create({
    ...small,
    vga: 'std',
    network,
    pciSlots: { 'rtl8139.0': 3, edu: 4 },
    edu: {},
  });
  expect(await slotsOf(machine)).toMatchObject({ vga: 2, 'rtl8139.0': 3, edu: 4, 'e1000.0': 5, 'ne2k_pci.0': 6 });
});

test.each(['toString', '__proto__'])('a card may be called %s', async (name) => {
  await using machine = await Machine.create({ ...small, network: [{ card: 'e1000', name }] });
  expect(await machine.examine('pciFunctions')).toContainEqual(
    expect.objectContaining({ name: expect.stringContaining(name), number: 2 << 3 }),
  );
});

test('a machine that goes on has them again', async () => {
  await using machine = await Machine.create({ ...small, edu: {}, rng: true, pciSlots: { edu: 9 } });
  await using again = await Machine.restore(await machine.snapshot());
  expect(await slotsOf(again)).toEqual(await slotsOf(machine));
  expect(await slotsOf(again)).toMatchObject({ edu: 9 });
});

test('monitors show them', async () => {
  await using machine = await Machine.create({ ...small, edu: {}, pciSlots: { edu: 31 } });
  expect(await openMonitor(machine).execute('info pci')).toContain('Bus  0, device  31, function 0:');
});

describe('is refused', () => {
  test.each<[string, MachineOptions, string]>([
    [
      'a device that is not there',
      { pciSlots: { edu: 3 } },
      "the machine has no PCI device 'edu' that could have a slot of its own; it has none",
    ],
    [
      'a card on the ISA bus',
      { network: [{ card: 'ne2k_isa' }], pciSlots: { 'ne2k_isa.0': 3 } },
      "no PCI device 'ne2k_isa.0'",
    ],
    [
      'a slot that there is not',
      { edu: {}, pciSlots: { edu: 32 } },
      "pciSlots['edu'] is 32; it must be a whole number from 0 to 31",
    ],
    [
      'the slot of the chipset',
      { edu: {}, pciSlots: { edu: 1 } },
      'PCI: slot 1 function 0 not available for edu, in use by PIIX3',
    ],
    [
      'the slot of the display adapter',
      { vga: 'std', edu: {}, pciSlots: { edu: 2 } },
      'PCI: slot 2 function 0 not available for edu, in use by vga',
    ],
    [
      'a slot of two',
      { edu: {}, rng: true, pciSlots: { edu: 5, 'virtio-rng': 5 } },
      'PCI: slot 5 function 0 not available for virtio-rng, in use by edu',
    ],
    [
      'a name that two devices have',
      { edu: {}, network: [{ card: 'e1000', name: 'edu' }], pciSlots: { edu: 9 } },
      "pciSlots: there are two PCI devices 'edu'; give the network card another name",
    ],
    ['null', { pciSlots: null as never }, 'pciSlots is null; it must be an object with devices and their slots'],
    ['no object', { pciSlots: 3 as never }, 'pciSlots is 3; it must be an object with devices and their slots'],
  ])('%s', async (_, options, message) => {
    await expect(Machine.create({ ...small, ...options })).rejects.toThrow(message);
  });
});
