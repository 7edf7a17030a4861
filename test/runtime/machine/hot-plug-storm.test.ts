import { expect, test } from 'vitest';
import type { MachineCore } from '../../../runtime/machine/machine.ts';
import { nameOfPlugged, type PluggedUsbDevice } from '../../../runtime/machine/plugged.ts';
import { commonActs, doSome, makePlugMachine, type PlugMachine } from '../../support/plug-storm.ts';
import { Random } from '../../support/random.ts';

/** The controller's ports (registers), and its place on the PCI bus. */
const [BASE, PLACE] = [0xc000, 0x80000a00];
const medium = { sectors: 64, isReadOnly: false };
const bus = 'usb-bus.0';

const devices: readonly PluggedUsbDevice[] = [1, 2].flatMap((port): PluggedUsbDevice[] => [
  { type: 'usb-input', input: 'tablet', bus, port },
  { type: 'usb-input', input: 'keyboard', bus, port },
  { type: 'usb-disk', drive: { name: 'usb0', interface: 'usb', index: 0, media: 'disk', medium }, bus, port },
]);

/** A machine whose controller runs through whatever is in memory. */
function makeMachine(): PlugMachine {
  const machine = makePlugMachine({ usb: ['mouse'] });
  const { ports } = machine.core.pc;
  for (const [register, value] of [
    [0x20, BASE],
    [0x04, 5],
  ] as const) {
    ports.write(0xcf8, 4, PLACE + register);
    ports.write(0xcfc, 4, value);
  }
  return machine;
}

/** Plugs something in that fits, or pulls something out. */
function replug(random: Random, { pc, examination }: MachineCore): void {
  const present = pc.plugboard.devices as readonly PluggedUsbDevice[];
  const fits = (one: PluggedUsbDevice) =>
    present.every((other) => other.port !== one.port && nameOfPlugged(other) !== nameOfPlugged(one));
  const free = devices.filter(fits);
  if (free.length > 0 && (present.length === 0 || random.chance(50))) examination.plug(random.pick(free));
  else examination.unplug(nameOfPlugged(random.pick(present)));
}

function storm(random: Random, machine: PlugMachine): void {
  const { core } = machine;
  const { ports } = core.pc;
  doSome(random, [
    [100, () => ports.write(BASE + random.below(0x14), random.pick([1, 2, 4]), random.word() >>> 0)],
    [30, () => core.memory.write(random.below(0xfff0), Uint8Array.of(random.below(256), random.below(256)))],
    [20, () => replug(random, core)],
    ...commonActs(machine),
    [10, () => core.arrive({ type: 'input', port: random.pick(['usb-tablet', 'usb-kbd']), value: new Uint8Array(6) })],
    [5, () => core.arrive({ type: 'input', port: 'usb0', value: medium })],
  ]);
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
