import {
  Command,
  FIRST_INTERRUPTER,
  Interrupter,
  lowWord,
  Management,
  Operational,
  Part,
  Port,
  RingControl,
} from '../../../runtime/devices/xhci/registers.ts';
import { TrbControl, TrbType } from '../../../runtime/devices/xhci/trb.ts';
import { devicePlace, EVENTS, Place, ringPlace, typed } from '../../runtime/devices/usb/xhci-rig.ts';

import { enabled, load, range, read, type Steps, store, write } from './words.ts';

export const registerOffsets: readonly number[] = [
  ...range(0, 0x80),
  ...range(Part.ports, Part.ports + 0xa0),
  ...range(Part.runtime, Part.runtime + 0x240),
  ...range(Part.doorbells, Part.doorbells + 0x110),
  ...range(Part.messages, Part.messages + 0x110),
  ...range(Part.messages + 0x800, Part.messages + 0x810),
];
/** Registers as they are after a reset. */
export const registers: Steps = [...enabled, ...registerOffsets.map(read)];

const operational = (register: number, value: number): string => write(Part.operational + register, value);
const interrupter = (register: number, value: number): string =>
  write(Part.runtime + FIRST_INTERRUPTER + register, value);

const kept = [
  Operational.notifications,
  Operational.commandRing,
  Operational.contexts,
  Operational.contextsHigh,
  Operational.configure,
  Operational.pageSize,
];
const interrupterRegisters = [...Object.values(Interrupter)].filter((offset) => offset !== Interrupter.tableHigh);
/** Which bits of registers can be written while the controller stands still. */
export const writable: Steps = [
  ...enabled,
  ...[0xffffffff, 0x12345678, 0].flatMap((value) => [
    ...kept.flatMap((register) => [operational(register, value), read(Part.operational + register)]),
    ...[0, 3].flatMap((n) =>
      interrupterRegisters.flatMap((register) => {
        const offset = Part.runtime + FIRST_INTERRUPTER + 0x20 * n + register;
        return [write(offset, value), read(offset)];
      }),
    ),
  ]),
  ...range(0, 0x80).map(read),
  operational(Operational.command, Command.reset),
  ...registerOffsets.map(read),
];

const trb = (address: number, words: readonly number[]): Steps => words.map((word, n) => store(address + 4 * n, word));
const port = (number: number): number => Part.ports + 0x10 * (number - 1);

/** A driver that writes down what it does. */
class Driver {
  readonly steps: string[] = [
    ...enabled,
    ...range(0, 64 / 4 + 32).flatMap((n) => store(Place.contexts + n, 0)),
    ...[1, 2, 3].flatMap((slot) => [store(Place.contexts + 8 * slot, devicePlace(slot))]),
    ...trb(Place.table, [Place.events, 0, EVENTS, 0]),
    operational(Operational.configure, 64),
    operational(Operational.contexts, Place.contexts),
    operational(Operational.contextsHigh, 0),
    operational(Operational.commandRing, Place.commands | RingControl.cycle),
    operational(Operational.commandRingHigh, 0),
    interrupter(Interrupter.tableSize, 1),
    interrupter(Interrupter.dequeue, Place.events),
    interrupter(Interrupter.dequeueHigh, 0),
    interrupter(Interrupter.table, Place.table),
    interrupter(Interrupter.tableHigh, 0),
    interrupter(Interrupter.management, Management.enabled),
    operational(Operational.command, Command.run | Command.interrupts),
  ];
  #commands = 0;

  add(...steps: Steps): this {
    this.steps.push(...steps);
    return this;
  }

  command(type: number, parameter = 0, control = 0): this {
    const at = Place.commands + 16 * this.#commands++;
    return this.add(
      ...trb(at, [parameter, 0, 0, (typed(type, TrbControl.cycle) | control) >>> 0]),
      write(Part.doorbells, 0),
    );
  }

  input(drop: number, add: number, contexts: Readonly<Record<number, readonly number[]>>): this {
    this.add(...trb(Place.input, [drop, add, 0, 0, 0, 0, 0, 0]));
    for (const [index, words] of Object.entries(contexts))
      this.add(...trb(Place.input + 32 * (Number(index) + 1), [...words, 0, 0, 0, 0].slice(0, 8)));
    return this;
  }

  transfer(slot: number, index: number, at: number, ...trbs: readonly (readonly number[])[]): this {
    for (const [n, words] of trbs.entries()) this.add(...trb(ringPlace(slot, index) + 16 * (at + n), words));
    return this.add(write(Part.doorbells + 4 * slot, index));
  }

  /** Looks at all that the guest was told. */
  look(slots: readonly number[]): this {
    this.add(...range(Place.events, Place.events + 16 * 40).map(load));
    for (const slot of slots) this.add(...range(devicePlace(slot), devicePlace(slot) + 32 * 4).map(load));
    return this.add(...[...range(0x40, 0x80), ...range(0x440, 0x4c0), ...range(0x1020, 0x1040)].map(read));
  }
}

const endpoint = (slot: number, index: number, type: number, packet: number): number[] => [
  0,
  ((packet << 16) | (type << 3) | 6) >>> 0,
  ringPlace(slot, index) | 1,
  0,
];
const resetPort = (number: number): string => write(port(number), Port.power | Port.reset);
const { cycle, interrupt, immediate, shortInterrupt, chain } = TrbControl;
const [BULK_IN, INTERRUPT_IN, CONTROL] = [6, 7, 4];
const of = (slot: number, index = 0): number => ((slot << 24) | (index << 16)) >>> 0;

const addressed = (connector: number, slot: number): Driver =>
  new Driver()
    .add(resetPort(5 + connector), read(port(5 + connector)))
    .command(TrbType.enableSlot)
    .input(0, 3, { 0: [(3 << 20) | (1 << 27), (5 + connector) << 16], 1: endpoint(slot, 1, CONTROL, 64) })
    .command(TrbType.addressDevice, Place.input, of(slot));

const setup = (low: number, length: number): number[] => [
  low,
  length << 16,
  8,
  typed(TrbType.setup, cycle | immediate | ((length > 0 ? 3 : 0) << 16)),
];
const statusIn = [0, 0, 0, typed(TrbType.statusStage, cycle | interrupt | TrbControl.in)];
const statusOut = [0, 0, 0, typed(TrbType.statusStage, cycle | interrupt)];
const dataIn = (length: number, bits = 0): number[] => [
  Place.data,
  0,
  length,
  typed(TrbType.data, cycle | TrbControl.in | bits),
];
const GET_DEVICE = lowWord(0x01000680);
const configured = (): Driver =>
  addressed(0, 1)
    .input(0, 9, { 0: [(3 << 20) | (3 << 27), 5 << 16], 3: endpoint(1, 3, INTERRUPT_IN, 8) })
    .command(TrbType.configureEndpoint, Place.input, of(1))
    .transfer(1, 1, 0, setup(0x00010900, 0), statusIn);

/** Steps of drivers, and some that drivers do not take. */
export const scenarios: Readonly<Record<string, Steps>> = {
  'a device that gets an address': addressed(1, 1).look([1]).steps,
  'control transfers: whole, short, with data of an event': addressed(0, 1)
    .transfer(1, 1, 0, setup(GET_DEVICE, 8), dataIn(8), statusOut)
    .transfer(1, 1, 3, setup(GET_DEVICE, 64), dataIn(64, shortInterrupt), statusOut)
    .transfer(1, 1, 6, setup(GET_DEVICE, 18), dataIn(18, interrupt), statusOut)
    .look([1]).steps,
  'a stall, and what comes after it': addressed(0, 1)
    .transfer(1, 1, 0, setup(0x63000680, 8), dataIn(8), statusOut)
    .look([1])
    .command(TrbType.resetEndpoint, 0, of(1, 1))
    .look([1])
    .command(TrbType.setDequeue, (ringPlace(1, 1) + 48) | 1, of(1, 1))
    .transfer(1, 1, 3, setup(GET_DEVICE, 8), dataIn(8), statusOut)
    .look([1]).steps,
  'an endpoint that is configured, used, stopped': configured()
    .transfer(1, 3, 0, [Place.data, 0, 8, typed(TrbType.normal, cycle | interrupt)])
    .look([1])
    .command(TrbType.stopEndpoint, 0, of(1, 3))
    .look([1])
    .command(TrbType.setDequeue, (ringPlace(1, 3) + 16) | 1, of(1, 3))
    .command(TrbType.resetDevice, 0, of(1))
    .command(TrbType.disableSlot, 0, of(1))
    .look([]).steps,
  'a chain that waits': configured()
    .transfer(
      1,
      3,
      0,
      [Place.data, 0, 4, typed(TrbType.normal, cycle | chain)],
      [0x5678, 0x1234, 0, typed(7, cycle | interrupt)],
    )
    .look([1]).steps,
  'slots that are not there': new Driver()
    .command(TrbType.disableSlot, 0, of(5))
    .command(TrbType.noOperationCommand)
    .command(TrbType.enableSlot)
    .command(TrbType.enableSlot)
    .command(TrbType.disableSlot, 0, of(1))
    .command(TrbType.enableSlot)
    .look([]).steps,
  'ports: what they take, and what they tell': new Driver()
    .add(...[1, 5, 6, 8].flatMap((number) => [resetPort(number), read(port(number))]))
    .add(...[5, 6].flatMap((number) => [write(port(number), Port.power | Port.resetChanged), read(port(number))]))
    .add(write(port(5), Port.power | Port.stateStrobe | (3 << 5)), read(port(5)))
    .add(write(port(5), Port.power | Port.stateStrobe | (0 << 5)), read(port(5)))
    .add(write(port(5), Port.power | Port.clearable), read(port(5)))
    .look([]).steps,
  'the command ring is stopped': new Driver()
    .command(TrbType.noOperationCommand)
    .add(operational(Operational.commandRing, RingControl.stop), operational(Operational.commandRingHigh, 0))
    .look([]).steps,
  'the registers of power states': new Driver()
    .add(operational(Operational.command, 0), read(0x44), operational(Operational.command, Command.save), read(0x44))
    .add(operational(Operational.command, Command.restore), read(0x40), read(0x44))
    .look([]).steps,
  'a bulk endpoint that the device has not': configured()
    .input(0, 0x21, { 0: [(3 << 20) | (5 << 27), 5 << 16], 5: endpoint(1, 5, BULK_IN, 512) })
    .command(TrbType.configureEndpoint, Place.input, of(1))
    .transfer(1, 5, 0, [Place.data, 0, 8, typed(TrbType.normal, cycle | interrupt)])
    .look([1]).steps,
};
