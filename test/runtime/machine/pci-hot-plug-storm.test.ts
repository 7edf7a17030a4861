import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { ToHost } from '../../../runtime/host/messages.ts';
import { createMachine } from '../../../runtime/machine/machine.ts';
import { pciCardModels } from '../../../runtime/machine/models.ts';
import type { PluggedPciDevice } from '../../../runtime/machine/pci-devices.ts';
import { nameOfPlugged } from '../../../runtime/machine/plugboard.ts';
import { Random } from '../../support/random.ts';

const medium = { sectors: 64, isReadOnly: false };
const { bytes: flat } = assemble('cli\n hlt', { origin: 0x7c00, bits: 32 });
const [FIRST, COUNT] = [5, 3];
const [EJECT, PORTS, MEMORY] = [0xae08, 0xc000, 0x10000000];

/** What fits into each of the slots. */
const devices = Array.from({ length: COUNT }, (_, n) => FIRST + n).flatMap((slot): PluggedPciDevice[] => [
  ...pciCardModels.map((model) => {
    const card = { name: `${model}.0`, model, mac: [0x52, 0x54, 0, 0, 0, 1] };
    return { type: 'pci-card' as const, card, slot };
  }),
  { type: 'pci-disk', drive: { name: 'virtio0', interface: 'virtio', index: 0, media: 'disk', medium }, slot },
  { type: 'pci-disk', drive: { name: 'nvme0', interface: 'nvme', index: 0, media: 'disk', medium }, slot },
  { type: 'pci-rng', slot },
]);

function makeMachine() {
  let time = 0;
  const asked: number[] = [];
  const told: string[][] = [];
  const core = createMachine(
    {
      ...{ memoryBytes: 1 << 20, engine: 'interpreter', pacing: 'jumps', startTimeOfDay: 0, rebootAction: 'reset' },
      ...{ boot: { flat, address: 0x7c00, mode: 'flat32' }, randomKey: [1, 2, 3, 4], rng: true },
    },
    {
      nanoseconds: () => (time += 100),
      send: (message: ToHost) => message.type === 'request' && asked.push(message.id),
      plugged: (now) => told.push(now.map(nameOfPlugged)),
      log: () => {},
    },
  );
  const pass = () => {
    time += 3e6;
    core.run(time + 1e6);
  };
  return { core, asked, told, pass, saved: { devices: core.pc.plugboard.devices, components: core.save() } };
}

type Machine = ReturnType<typeof makeMachine>;

/** Something is plugged in that fits, or the guest is asked to let go of something, or does so. */
function replug(random: Random, { core: { pc, examination } }: Machine): void {
  const present = pc.plugboard.devices as readonly PluggedPciDevice[];
  const fits = (one: PluggedPciDevice) =>
    present.every((other) => other.slot !== one.slot && nameOfPlugged(other) !== nameOfPlugged(one));
  const free = devices.filter(fits);
  if (free.length > 0 && random.chance(50)) examination.plug(random.pick(free));
  else if (present.length > 0 && random.chance(50)) examination.unplug(nameOfPlugged(random.pick(present)));
  else pc.ports.write(EJECT, 4, 2 ** (FIRST + random.below(COUNT)));
}

/** A write to the configuration space: base address registers, the command register, capabilities. */
function configure(random: Random, { core: { pc } }: Machine): void {
  const slot = FIRST + random.below(COUNT);
  const register = random.pick([4, 4, 0x10, 0x14, 0x20, 0x3c, 0x40 + 4 * random.below(16)]);
  const base = random.chance(50) ? PORTS + 0x400 * slot + 1 : MEMORY + 0x100000 * slot;
  pc.ports.write(0xcf8, 4, 0x80000000 + slot * 0x800 + register);
  pc.ports.write(0xcfc, 4, register === 4 ? 7 : random.chance(80) ? base : random.word() >>> 0);
}

function storm(random: Random, machine: Machine): void {
  const { core, asked, pass } = machine;
  const { ports, plugboard } = core.pc;
  const slot = FIRST + random.below(COUNT);
  const answer = (id: number) => core.arrive({ type: 'completion', id, answer: { error: null } });
  const acts: readonly (readonly [chance: number, act: () => void])[] = [
    [80, () => configure(random, machine)],
    [80, () => ports.write(PORTS + 0x400 * slot + random.below(0x100), random.pick([1, 2, 4]), random.word() >>> 0)],
    [80, () => core.mmu.storeSystem32(MEMORY + 0x100000 * slot + 4 * random.below(0x400), random.word())],
    [40, () => replug(random, machine)],
    [10, pass],
    [3, () => core.reset()],
    [5, () => (machine.saved = { devices: plugboard.devices, components: core.save() })],
    [
      3,
      () => {
        plugboard.become(machine.saved.devices);
        core.load(machine.saved.components);
      },
    ],
    [30, () => asked.splice(0).forEach(answer)],
    [5, () => core.arrive({ type: 'input', port: 'e1000.0', value: new Uint8Array(0) })],
  ];
  for (const [chance, act] of acts) if (random.chance(chance)) act();
}

test.each([1, 2, 3])('whatever the guest does while PCI devices come and go, nothing fails or is left: %i', (seed) => {
  const random = new Random(seed);
  const machine = makeMachine();
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
