import { expect, test } from 'vitest';
import type { CardConfig } from '../../../runtime/machine/cards.ts';
import { pciDiskModels, pciDisks } from '../../../runtime/machine/catalogue/disks.ts';
import { type CardModel, pciCardModels } from '../../../runtime/machine/catalogue/network.ts';
import { type PluggablePciModel, pluggablePciModels } from '../../../runtime/machine/catalogue/pluggable.ts';
import type { MachineConfig } from '../../../runtime/machine/config.ts';
import type { DriveConfig } from '../../../runtime/machine/drives.ts';
import { modelOfPlugged, type PluggedPciDevice } from '../../../runtime/machine/plugged.ts';
import { makePlugMachine } from '../../support/plug-storm.ts';

const slot = 2;
const medium = { sectors: 64, isReadOnly: false };
const card = (model: CardModel): CardConfig => ({ name: 'card', model, mac: [0x52, 0x54, 0, 0, 0, 1] });
const disk = (kind: DriveConfig['interface']): DriveConfig => ({
  ...{ name: 'disk', interface: kind, index: 0, media: 'disk', medium, serial: 'a' },
});

/** How each device is had from the start, and how it is described when it is plugged in. */
const devices: readonly (readonly [PluggablePciModel, Partial<MachineConfig>, PluggedPciDevice])[] = [
  ...pciCardModels.map((model) => {
    const plugged = { type: 'pci-card', card: card(model), slot } as const;
    return [model, { cards: [card(model)] }, plugged] as const;
  }),
  ...pciDiskModels.map((model) => {
    const drive = disk(pciDisks[model].interface);
    return [model, { drives: [drive] }, { type: 'pci-disk', drive, slot }] as const;
  }),
  ['virtio-rng-pci', { rng: true }, { type: 'pci-rng', slot }],
];

/** A state, without the time when its timer was started. */
const withoutTimes = (state: unknown) =>
  JSON.stringify(state, (name, value: unknown) => (name === 'timerStart' ? 0 : value));

test('all devices that can be plugged in are tried here', () => {
  expect(devices.map(([model]) => model)).toEqual(pluggablePciModels);
});

test.each(devices)('%s is the same from the start and plugged in', (model, config, device) => {
  expect(modelOfPlugged(device)).toBe(model);
  const [plain, made, plugged] = [{}, config, {}].map((one) => makePlugMachine(one).core);
  plugged!.pc.plugboard.plug(device);
  expect(made!.pc.plugboard.devices).toEqual(plugged!.pc.plugboard.devices);
  const before = Object.keys(plain!.save());
  const own = [made!, plugged!].map((core) =>
    Object.entries(core.save()).flatMap(([name, state]) =>
      before.includes(name) ? [] : [[name, withoutTimes(state)]],
    ),
  );
  expect(own[0]!.length).toBeGreaterThan(0);
  expect(own[1]).toEqual(own[0]);
  expect(plugged!.examination.pciFunctions()).toEqual(made!.examination.pciFunctions());
  expect(plugged!.door.ports.toSorted()).toEqual(made!.door.ports.toSorted());
});

test.each<[string, PluggedPciDevice]>([
  ['a card for the ISA bus', { type: 'pci-card', card: card('ne2k_isa'), slot }],
  ['a disk without a controller of its own', { type: 'pci-disk', drive: disk('ide'), slot }],
])('%s is refused, and nothing is left of it', (_, device) => {
  const { core } = makePlugMachine({});
  const left = () => [core.door.ports, core.events.timers.length, Object.keys(core.save())];
  const before = left();
  expect(() => core.pc.plugboard.plug(device)).toThrow(/^(card|disk) is no device for the PCI bus$/);
  expect(left()).toEqual(before);
});
