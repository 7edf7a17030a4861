import { expect, test } from 'vitest';
import { pciCardModels } from '../../../runtime/machine/catalogue/network.ts';
import { nameOfPlugged, type PluggedPciDevice } from '../../../runtime/machine/plugged.ts';
import { commonActs, doSome, makePlugMachine, type PlugMachine } from '../../support/plug-storm.ts';
import { Random } from '../../support/random.ts';

const medium = { sectors: 64, isReadOnly: false };
const [FIRST, COUNT] = [5, 3];
const [EJECT, PORTS, MEMORY] = [0xae08, 0xc000, 0x10000000];

/** Devices that fit into each of the slots. */
const devices = Array.from({ length: COUNT }, (_, n) => FIRST + n).flatMap((slot): PluggedPciDevice[] => [
  ...pciCardModels.map((model) => {
    const card = { name: `${model}.0`, model, mac: [0x52, 0x54, 0, 0, 0, 1] };
    return { type: 'pci-card' as const, card, slot };
  }),
  { type: 'pci-disk', drive: { name: 'virtio0', interface: 'virtio', index: 0, media: 'disk', medium }, slot },
  { type: 'pci-disk', drive: { name: 'nvme0', interface: 'nvme', index: 0, media: 'disk', medium }, slot },
  { type: 'pci-rng', slot },
]);

/** Something is plugged in that fits, or the guest is asked to let go of something, or does so. */
function replug(random: Random, { core: { pc, examination } }: PlugMachine): void {
  const present = pc.plugboard.devices as readonly PluggedPciDevice[];
  const fits = (one: PluggedPciDevice) =>
    present.every((other) => other.slot !== one.slot && nameOfPlugged(other) !== nameOfPlugged(one));
  const free = devices.filter(fits);
  if (free.length > 0 && random.chance(50)) examination.plug(random.pick(free));
  else if (present.length > 0 && random.chance(50)) examination.unplug(nameOfPlugged(random.pick(present)));
  else pc.ports.write(EJECT, 4, 2 ** (FIRST + random.below(COUNT)));
}

/** A write to the configuration space: base address registers, the command register, capabilities. */
function configure(random: Random, { core: { pc } }: PlugMachine): void {
  const slot = FIRST + random.below(COUNT);
  const register = random.pick([4, 4, 0x10, 0x14, 0x20, 0x3c, 0x40 + 4 * random.below(16)]);
  const base = random.chance(50) ? PORTS + 0x400 * slot + 1 : MEMORY + 0x100000 * slot;
  pc.ports.write(0xcf8, 4, 0x80000000 + slot * 0x800 + register);
  pc.ports.write(0xcfc, 4, register === 4 ? 7 : random.chance(80) ? base : random.word() >>> 0);
}

function storm(random: Random, machine: PlugMachine): void {
  const { core } = machine;
  const { ports } = core.pc;
  const slot = FIRST + random.below(COUNT);
  doSome(random, [
    [80, () => configure(random, machine)],
    [80, () => ports.write(PORTS + 0x400 * slot + random.below(0x100), random.pick([1, 2, 4]), random.word() >>> 0)],
    [80, () => core.mmu.storeSystem32(MEMORY + 0x100000 * slot + 4 * random.below(0x400), random.word())],
    [40, () => replug(random, machine)],
    ...commonActs(machine),
    [5, () => core.arrive({ type: 'input', port: 'e1000.0', value: new Uint8Array(0) })],
  ]);
}

test.each([1, 2, 3])('whatever the guest does while PCI devices come and go, nothing fails or is left: %i', (seed) => {
  const random = new Random(seed);
  const machine = makePlugMachine({ rng: true });
  const { core, told } = machine;
  const { plugboard, pci } = core.pc;
  plugboard.become([]);
  const left = () => [
    core.door.ports,
    core.events.timers.length,
    core.examination.portMap(),
    core.examination.memoryMap(),
  ];
  const before = left();
  plugboard.plug(devices[2]!);
  for (let n = 0; n < 400; n++) storm(random, machine);
  expect(told.at(-1)).toEqual(plugboard.devices.map(nameOfPlugged));
  const names = core.components.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  core.load(core.save());
  core.reset();
  plugboard.become([]);
  expect(left()).toEqual(before);
  expect(pci.functions.filter(({ number }) => number >= 16)).toEqual([]);
  plugboard.restart();
  expect(plugboard.devices).toEqual([{ type: 'pci-rng', slot: 2 }]);
});
