import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { ToHost } from '../../../runtime/host/messages.ts';
import { createMachine, type MachineCore } from '../../../runtime/machine/machine.ts';
import { nameOfPlugged, type PluggedUsbDevice } from '../../../runtime/machine/plugboard.ts';
import { Random } from '../../support/random.ts';

/** The controller's ports (registers), and its place on the PCI bus. */
const [BASE, PLACE] = [0xc000, 0x80000a00];
const medium = { sectors: 64, isReadOnly: false };
const bus = 'usb-bus.0';
const { bytes: flat } = assemble('cli\n hlt', { origin: 0x7c00, bits: 32 });

const devices: readonly PluggedUsbDevice[] = [1, 2].flatMap((port): PluggedUsbDevice[] => [
  { type: 'usb-input', input: 'tablet', bus, port },
  { type: 'usb-input', input: 'keyboard', bus, port },
  { type: 'usb-disk', drive: { name: 'usb0', interface: 'usb', index: 0, media: 'disk', medium }, bus, port },
]);

/** A machine whose controller runs through whatever is in memory, and what it has asked its host for. */
function makeMachine() {
  let time = 0;
  const asked: number[] = [];
  const told: string[][] = [];
  const core = createMachine(
    {
      ...{ memoryBytes: 1 << 20, engine: 'interpreter', pacing: 'jumps', startTimeOfDay: 0, rebootAction: 'reset' },
      ...{ boot: { flat, address: 0x7c00, mode: 'flat32' }, usb: ['mouse'], randomKey: [1, 2, 3, 4] },
    },
    {
      nanoseconds: () => (time += 100),
      send: (message: ToHost) => message.type === 'request' && asked.push(message.id),
      plugged: (now) => told.push(now.map(nameOfPlugged)),
      log: () => {},
    },
  );
  const { ports } = core.pc;
  for (const [register, value] of [
    [0x20, BASE],
    [0x04, 5],
  ] as const) {
    ports.write(0xcf8, 4, PLACE + register);
    ports.write(0xcfc, 4, value);
  }
  const pass = () => {
    time += 3e6;
    core.run(time + 1e6);
  };
  const saved = { devices: core.pc.plugboard.devices, components: core.save() };
  return { core, asked, told, pass, saved };
}

type Machine = ReturnType<typeof makeMachine>;

/** Plugs something in that fits, or pulls something out. */
function replug(random: Random, { pc, examination }: MachineCore): void {
  const present = pc.plugboard.devices as readonly PluggedUsbDevice[];
  const fits = (one: PluggedUsbDevice) =>
    present.every((other) => other.port !== one.port && nameOfPlugged(other) !== nameOfPlugged(one));
  const free = devices.filter(fits);
  if (free.length > 0 && (present.length === 0 || random.chance(50))) examination.plug(random.pick(free));
  else examination.unplug(nameOfPlugged(random.pick(present)));
}

/** What happens, with how often of a hundred times. */
function storm(random: Random, machine: Machine) {
  const { core, asked, pass } = machine;
  const { ports, plugboard } = core.pc;
  const answer = (id: number) => core.arrive({ type: 'completion', id, answer: { error: null } });
  const acts: readonly (readonly [chance: number, act: () => void])[] = [
    [100, () => ports.write(BASE + random.below(0x14), random.pick([1, 2, 4]), random.word() >>> 0)],
    [30, () => core.memory.write(random.below(0xfff0), Uint8Array.of(random.below(256), random.below(256)))],
    [20, () => replug(random, core)],
    [10, pass],
    [5, () => core.reset()],
    [5, () => (machine.saved = { devices: plugboard.devices, components: core.save() })],
    [
      3,
      () => {
        plugboard.become(machine.saved.devices);
        core.load(machine.saved.components);
      },
    ],
    [30, () => asked.splice(0).forEach(answer)],
    [10, () => core.arrive({ type: 'input', port: random.pick(['usb-tablet', 'usb-kbd']), value: new Uint8Array(6) })],
    [5, () => core.arrive({ type: 'input', port: 'usb0', value: medium })],
  ];
  for (const [chance, act] of acts) if (random.chance(chance)) act();
}

test.each([1, 2, 3])('whatever the guest does while devices come and go, nothing fails: %i', (seed) => {
  const random = new Random(seed);
  const machine = makeMachine();
  const { core, told } = machine;
  for (let n = 0; n < 400; n++) storm(random, machine);
  expect(told.at(-1)).toEqual(core.pc.plugboard.devices.map(nameOfPlugged));
  const names = core.components.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const saved = core.save();
  core.load(saved);
  core.pc.plugboard.restart();
  expect(() => core.load(saved)).toThrow(/missing|unknown component/);
});

test('what does not fit is refused, and leaves nothing behind', () => {
  const { core, told } = makeMachine();
  const { plugboard } = core.pc;
  const before = [core.door.ports, core.events.timers.length];
  const tablet = { type: 'usb-input', input: 'tablet', bus, port: 1 } as const;
  expect(() => core.examination.plug(tablet)).toThrow('usb port 1 (bus usb-bus.0) not found (in use?)');
  expect(() => core.examination.plug({ ...tablet, input: 'mouse', port: 2 })).toThrow(
    'usb-mouse is plugged in already',
  );
  expect(() => core.examination.unplug('usb0')).toThrow('usb0 is not plugged in');
  expect([core.door.ports, core.events.timers.length]).toEqual(before);
  expect(told).toEqual([]);
  core.examination.unplug('usb-mouse');
  core.changeHost();
  expect(plugboard.devices.map(nameOfPlugged)).toEqual(['usb-mouse']);
});
