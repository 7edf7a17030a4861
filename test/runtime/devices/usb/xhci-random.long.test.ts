import { expect, test } from 'vitest';
import { UsbHid } from '../../../../runtime/devices/usb-hid/index.ts';
import { UsbStorage } from '../../../../runtime/devices/usb-storage/index.ts';
import {
  Command,
  FIRST_INTERRUPTER,
  Link,
  Operational,
  Part,
  Port,
  MEMORY_BYTES as REGISTER_BYTES,
} from '../../../../runtime/devices/xhci/registers.ts';
import { Code, TrbControl, TrbType } from '../../../../runtime/devices/xhci/trb.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { Random } from '../../../support/random.ts';
import { MEMORY_BYTES } from '../network/card-rig.ts';
import { recordedStream } from '../rig.ts';
import { reportKinds } from './usb-rig.ts';
import { devicePlace, Place, ringPlace, typed, XhciRig } from './xhci-rig.ts';

/** Reads of memory that one act of the guest may lead to: bounded, whatever it has made of its rings. */
const MOST_READS = 200_000;
const SLOTS = 4;
const INDEXES = [1, 2, 3, 4, 5];

/** A controller with three devices in use, whose reads of memory are counted. */
function rigWithThree() {
  const lines = [recordedStream(), recordedStream()];
  const rig = new XhciRig((made) => {
    const { clock, events } = made;
    const inputs = ['tablet', 'keyboard'].map(
      (kind, n) =>
        new UsbHid({
          name: kind,
          speed: 'high',
          reports: reportKinds[kind]!(lines[n]!, { clock, events }),
          clock,
          events,
        }),
    );
    const port = new MemoryBlock('usb0', new Uint8Array(1 << 20), made);
    return [...inputs, new UsbStorage({ name: 'usb0', speed: 'high', port })];
  });
  const counter = { reads: 0 };
  const { memory } = rig;
  const read = memory.read.bind(memory);
  Object.assign(memory, {
    read: (address: number, target: Uint8Array) => {
      counter.reads++;
      read(address, target);
    },
  });
  return { rig, lines, counter, devices: [...rig.xhci.usbBus.devices] };
}

function setUp(rig: XhciRig): void {
  rig.start();
  for (const connector of [0, 1, 2]) {
    const { slot } = rig.address(connector);
    rig.configure(slot, connector === 2 ? { 3: [6, 512], 4: [2, 512] } : { 3: [7, 8] });
    rig.control(slot, [0, 9, 1, 0, 0]);
  }
}

/** Mostly a place that something is at; sometimes anywhere. */
function address(random: Random): number {
  if (random.chance(5)) return (random.word() & ~15) >>> 0;
  const slot = 1 + random.below(SLOTS);
  const places = [Place.data, Place.input, devicePlace(slot), Place.commands + 16 * random.below(64)];
  return random.chance(40) ? random.pick(places) : ringPlace(slot, random.pick(INDEXES)) + 16 * random.below(20);
}

function trbWords(random: Random): number[] {
  const type = random.chance(95) ? random.pick(Object.values(TrbType)) : random.below(64);
  const bits = [
    TrbControl.cycle,
    TrbControl.toggleCycle,
    TrbControl.shortInterrupt,
    TrbControl.chain,
    TrbControl.interrupt,
    TrbControl.immediate,
    TrbControl.blockAddress,
    TrbControl.in,
  ].reduce((all, bit, n) => (random.chance([90, 10, 30, 30, 50, 20, 10, 40][n]!) ? all | bit : all), 0);
  const target = random.chance(50) ? (random.below(SLOTS + 1) << 24) | (random.below(6) << 16) : 0;
  const status = random.chance(90) ? random.pick([0, 8, 13, 31, 64, 512, 0x10000]) : random.word() >>> 0;
  const parameter = random.chance(10) ? [random.word() >>> 0, random.word() >>> 0] : [address(random), 0];
  return [...parameter, status, (typed(type, bits) | target) >>> 0];
}

const linkWrite = (random: Random) => (random.pick(Object.values(Link)) << Port.stateShift) | Port.stateStrobe;

function registerWrite(random: Random): [offset: number, value: number] {
  const offset = random.pick([
    Part.operational + 4 * random.below(16),
    Part.ports + 16 * random.below(8),
    Part.runtime + FIRST_INTERRUPTER + 4 * random.below(16),
    4 * random.below(REGISTER_BYTES / 4),
  ]);
  const value = random.chance(30) ? random.word() : random.pick([0, 1, 5, 0x200, linkWrite(random), address(random)]);
  return [offset, value >>> 0];
}

type Setting = ReturnType<typeof rigWithThree>;
type Act = (setting: Setting, random: Random) => void;
/** Actions of the guest, and how often each is chosen. */
const acts: readonly (readonly [weight: number, Act])[] = [
  [40, ({ rig }, random) => rig.put(address(random) % (MEMORY_BYTES - 16), ...trbWords(random))],
  [30, ({ rig }, random) => rig.ring(1 + random.below(SLOTS), 1 + random.below(5))],
  [10, ({ rig }, random) => rig.write(Part.doorbells, random.chance(95) ? 0 : random.below(256))],
  // Commands that stand where the ring is read, about what is there.
  [10, ({ rig }, random) => void rig.command(random.pick(commandTypes), address(random), commandTarget(random))],
  [1, ({ rig }, random) => rig.write(...registerWrite(random), random.chance(95) ? 4 : random.pick([1, 2]))],
  [2, ({ rig }, random) => rig.writePort(1 + random.below(8), portWrite(random))],
  [5, ({ rig }, random) => void rig.read(random.below(REGISTER_BYTES), random.pick([1, 2, 4]))],
  [10, ({ lines }, random) => random.pick(lines).onInput(someBytes(random, random.pick([2, 6])))],
  [10, ({ rig }, random) => rig.advance(random.pick([1000, 125_000, 2e6]))],
  [1, (setting, random) => replug(setting, random.below(3))],
];

/** Pulls out what is at a connector, or plugs it in again. */
function replug({ rig, devices }: Setting, connector: number): void {
  const { usbBus } = rig.xhci;
  if (usbBus.devices[connector] === null) usbBus.plug(connector + 1, devices[connector]!);
  else usbBus.unplug(connector + 1);
}

const choices = acts.flatMap(([weight, act]) => Array<Act>(weight).fill(act));
const commandTypes = Object.values(TrbType).filter(
  (type) => type >= TrbType.enableSlot && type < TrbType.transferEvent,
);

const someBytes = (random: Random, length: number) => Uint8Array.from({ length }, () => random.below(256));
const commandTarget = (random: Random) =>
  ((random.below(SLOTS + 1) << 24) | (random.below(6) << 16) | (random.chance(20) ? TrbControl.blockAddress : 0)) >>> 0;
const portWrite = (random: Random) =>
  (Port.power | random.pick([0, Port.reset, Port.clearable, Port.enabled, linkWrite(random)])) >>> 0;

const ROUNDS = 40;
const ACTS = 250;

test.each([1, 2, 3, 4, 5])(
  'a hostile guest: nothing throws, nothing goes on for ever, a reset mends all (seed %i)',
  { timeout: 60_000 },
  (seed) => {
    const random = new Random(seed);
    const setting = rigWithThree();
    const { rig, counter } = setting;
    for (let round = 0; round < ROUNDS; round++) {
      setUp(rig);
      expect(rig.control(1, [0x80, 8, 0, 0, 1]), `round ${round}`).toEqual(Uint8Array.of(1));
      for (let n = 0; n < ACTS; n++) {
        counter.reads = 0;
        random.pick(choices)(setting, random);
        expect(counter.reads, `round ${round}, act ${n}`).toBeLessThan(MOST_READS);
        rig.takeEvents();
      }
      for (const [n, device] of rig.xhci.usbBus.devices.entries()) if (device === null && n < 3) replug(setting, n);
      rig.operational(Operational.command, Command.reset);
      rig.restart();
    }
    // The guest has been told of much, so it was not all over at once.
    for (const code of [Code.success, Code.trb, Code.transaction])
      expect(rig.told).toContain(`${TrbType.transferEvent} ${code}`);
    for (const code of [Code.success, Code.parameter, Code.contextState, Code.trb])
      expect(rig.told).toContain(`${TrbType.completionEvent} ${code}`);
  },
);

/** Rings that lead nowhere else. */
const loops: Readonly<Record<string, (ring: number) => readonly (readonly [number, readonly number[]])[]>> = {
  'a link to itself': (ring) => [[ring, [ring, 0, 0, typed(TrbType.link, TrbControl.cycle)]]],
  'two links to each other': (ring) => [
    [ring, [ring + 16, 0, 0, typed(TrbType.link, TrbControl.cycle)]],
    [ring + 16, [ring, 0, 0, typed(TrbType.link, TrbControl.cycle)]],
  ],
  'a transfer and a link back': (ring) => [
    [ring, [0, 0, 0, typed(TrbType.noOperation, TrbControl.cycle | TrbControl.interrupt)]],
    [ring + 16, [ring, 0, 0, typed(TrbType.link, TrbControl.cycle)]],
  ],
  'a chain that goes round': (ring) => [
    [ring, [Place.data, 0, 8, typed(TrbType.normal, TrbControl.cycle | TrbControl.chain)]],
    [ring + 16, [ring, 0, 0, typed(TrbType.link, TrbControl.cycle | TrbControl.chain)]],
  ],
};

test.each(Object.keys(loops))('%s: the guest goes on meanwhile', (name) => {
  const { rig, counter } = rigWithThree();
  setUp(rig);
  counter.reads = 0;
  for (const [at, words] of loops[name]!(ringPlace(1, 3))) rig.put(at, ...words);
  rig.ring(1, 3);
  expect(counter.reads).toBeLessThan(10_000);
  const first = counter.reads;
  rig.advance(10e6);
  expect(counter.reads - first).toBeLessThan(80 * 10_000);
  rig.command(TrbType.stopEndpoint, 0, (1 << 24) | (3 << 16));
  // Stopped, or in error.
  expect([3, 4]).toContain(rig.context(devicePlace(1), 3)[0]);
});

test('commands that go round: some at a time', () => {
  const { rig, counter } = rigWithThree();
  rig.start();
  rig.put(Place.commands, 0, 0, 0, typed(TrbType.noOperationCommand, TrbControl.cycle));
  rig.put(Place.commands + 16, Place.commands, 0, 0, typed(TrbType.link, TrbControl.cycle));
  counter.reads = 0;
  rig.write(Part.doorbells, 0);
  expect(counter.reads).toBeLessThan(1000);
  rig.advance(125_000);
  expect(counter.reads).toBeLessThan(2000);
});
