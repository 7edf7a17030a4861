import { expect, test } from 'vitest';
import { optionalCards } from '../../../runtime/machine/catalogue/cards.ts';
import { deviceModel, deviceModels, deviceOfOption, deviceRows } from '../../../runtime/machine/catalogue/index.ts';
import { pluggablePciModels } from '../../../runtime/machine/catalogue/pluggable.ts';
import { isAdded, propertiesOf } from '../../../runtime/machine/catalogue/row.ts';

test('no two devices have a name in common', () => {
  const names = deviceModels.flatMap((model) => [model, ...(deviceRows[model].aliases ?? [])]);
  expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([]);
});

test('a device has all of its names', () => {
  expect(deviceModel('e1000-82540em')).toBe('e1000');
  expect(deviceModel('nvme')).toBe('nvme');
  expect(deviceModel('no such device')).toBeUndefined();
});

test('a device is added by its option, or by its value of an option that several share', () => {
  const { 'virtio-rng-pci': rng, 'virtio-serial-pci': serial, AC97, 'cirrus-vga': cirrus, 'ide-hd': disk } = deviceRows;
  expect([{ rng: true }, { rng: false }, {}].map((options) => isAdded(rng, options))).toEqual([true, false, false]);
  expect([{ virtioPorts: [] }, {}].map((options) => isAdded(serial, options))).toEqual([true, false]);
  expect([['AC97', 'sb16'], ['sb16']].map((soundCards) => isAdded(AC97, { soundCards }))).toEqual([true, false]);
  expect(['cirrus', 'std'].map((vga) => isAdded(cirrus, { vga }))).toEqual([true, false]);
  expect(isAdded(disk, { drives: ['disk.img'] })).toBe(false);
});

test('an option that adds one device names it', () => {
  expect(['balloon', 'edu', 'soundCards', 'memory'].map(deviceOfOption)).toEqual([
    'virtio-balloon-pci',
    'edu',
    undefined,
    undefined,
  ]);
});

test('numbers of a card are properties, with their defaults', () => {
  expect(propertiesOf(optionalCards.edu)).toEqual({ dma_mask: '0xfffffff' });
});

test('the devices that can be plugged into the PCI bus are those whose rows have a type for that', () => {
  const typed = deviceModels.filter((model) => deviceRows[model].plugType !== undefined);
  expect(typed.toSorted()).toEqual(pluggablePciModels.toSorted());
  expect(new Set(typed.map((model) => deviceRows[model].bus))).toEqual(new Set(['pci']));
  expect(typed.filter((model) => deviceRows[model].isFixed)).toEqual([]);
});
