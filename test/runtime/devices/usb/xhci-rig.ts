import type { InterruptMessage } from '../../../../runtime/bus/interrupt-message.ts';
import { UsbHid } from '../../../../runtime/devices/usb-hid/index.ts';
import { Xhci } from '../../../../runtime/devices/xhci/index.ts';
import {
  Command,
  FIRST_INTERRUPTER,
  Interrupter,
  Management,
  Operational,
  Part,
  PORT_BYTES,
  Port,
  RingControl,
  type Words,
  wordsOf,
  type XhciModel,
} from '../../../../runtime/devices/xhci/registers.ts';
import { Code, TRB_BYTES, TrbControl, TrbType } from '../../../../runtime/devices/xhci/trb.ts';
import type { UsbDevice } from '../../../../runtime/usb/device.ts';
import { CardRig, MMIO } from '../network/card-rig.ts';
import { type RecordedStream, recordedStream } from '../rig.ts';
import { reportKinds, type Setup } from './usb-rig.ts';

/** Places of the driver below in memory. */
export const Place = {
  contexts: 0x1000,
  table: 0x2000,
  events: 0x3000,
  commands: 0x5000,
  input: 0x6000,
  device: 0x8000,
  rings: 0x20000,
  data: 0x80000,
} as const;
export const EVENTS = 256;
const [CONTEXT, DEVICE_BYTES, RING_BYTES] = [32, 0x400, 0x800];

/** A TRB to be put into a ring: what it is about, its last two words without the cycle bit. */
export type WantedTrb = readonly [parameter: number | Words, status: number, control: number];

export interface SeenEvent {
  readonly type: number;
  /** Its lower half; the upper one. */
  readonly parameter: number;
  readonly high: number;
  readonly code: number;
  readonly value: number;
  readonly slot: number;
  readonly endpoint: number;
  readonly isData: boolean;
}

export const typed = (type: number, control = 0): number => ((type << TrbControl.typeShift) | control) >>> 0;
const { interrupt, shortInterrupt, immediate } = TrbControl;
export const ringPlace = (slot: number, index: number): number => Place.rings + (slot * 32 + index) * RING_BYTES;
export const devicePlace = (slot: number): number => Place.device + slot * DEVICE_BYTES;

/** A controller with devices, and a driver that has one ring for each endpoint. */
export class XhciRig extends CardRig {
  readonly sent: InterruptMessage[] = [];
  /** Types and codes of all events that were taken. */
  readonly told = new Set<string>();
  readonly xhci: Xhci;
  #commands = 0;
  #event = { index: 0, cycle: 1 };
  /** By ring: where the next TRB goes. */
  readonly #next = new Map<number, number>();

  constructor(devices: (rig: XhciRig) => readonly UsbDevice[], model: XhciModel = 'qemu-xhci') {
    super();
    const sendMessage = (message: InterruptMessage) => this.sent.push(message) > 0;
    this.xhci = new Xhci({ ...this.board, model, device: 4, sendMessage, bus: 'usb-bus.0' });
    for (const [n, device] of devices(this).entries()) this.xhci.usbBus.plug(n + 1, device);
    this.xhci.reset();
    this.enable(this.xhci.pciFunction, [MMIO]);
  }

  read(offset: number, size = 4): number {
    return this.regions[0]!.read(offset, size) >>> 0;
  }

  write(offset: number, value: number, size = 4): void {
    this.regions[0]!.write(offset, size, value);
  }

  operational(register: number, value: number): void {
    this.write(Part.operational + register, value);
  }

  interrupter(register: number, value: number): void {
    this.write(Part.runtime + FIRST_INTERRUPTER + register, value);
  }

  /** After a reset of the controller: the rings are empty. */
  restart(): void {
    this.#commands = 0;
    this.#event = { index: 0, cycle: 1 };
    this.#next.clear();
    this.bytes.fill(0);
  }

  /** A ring of commands, one of events, and room for contexts; then it runs. */
  start(): this {
    for (let slot = 1; slot <= 8; slot++) this.put(Place.contexts + 8 * slot, devicePlace(slot), 0);
    this.put(Place.table, Place.events, 0, EVENTS, 0);
    this.operational(Operational.configure, 8);
    this.operational(Operational.contexts, Place.contexts);
    this.operational(Operational.contextsHigh, 0);
    this.operational(Operational.commandRing, Place.commands | RingControl.cycle);
    this.operational(Operational.commandRingHigh, 0);
    this.interrupter(Interrupter.tableSize, 1);
    this.interrupter(Interrupter.dequeue, Place.events);
    this.interrupter(Interrupter.dequeueHigh, 0);
    this.interrupter(Interrupter.table, Place.table);
    this.interrupter(Interrupter.tableHigh, 0);
    this.interrupter(Interrupter.management, Management.enabled);
    this.operational(Operational.command, Command.run | Command.interrupts);
    return this;
  }

  /** Events that have come since the last time. */
  takeEvents(): SeenEvent[] {
    const seen: SeenEvent[] = [];
    for (;;) {
      const at = Place.events + TRB_BYTES * this.#event.index;
      const [low, high, status, control] = [0, 4, 8, 12].map((n) => this.view.getUint32(at + n, true)) as [
        number,
        number,
        number,
        number,
      ];
      if ((control & 1) !== this.#event.cycle) break;
      seen.push({
        type: (control >>> 10) & 0x3f,
        parameter: low,
        high,
        code: status >>> 24,
        value: status & 0xffffff,
        slot: control >>> 24,
        endpoint: (control >>> 16) & 0x1f,
        isData: (control & 4) !== 0,
      });
      this.#event.index = (this.#event.index + 1) % EVENTS;
      if (this.#event.index === 0) this.#event.cycle ^= 1;
    }
    for (const { type, code } of seen) this.told.add(`${type} ${code}`);
    if (seen.length > 0) this.interrupter(Interrupter.dequeue, (Place.events + TRB_BYTES * this.#event.index) | 8);
    return seen;
  }

  /** Writes a TRB, with the cycle bit. */
  putTrb(address: number, [parameter, status, control]: WantedTrb, cycle = 1): void {
    this.put(address, ...(typeof parameter === 'number' ? wordsOf(parameter) : parameter), status, control | cycle);
  }

  /** A command, and what came of it. */
  command(type: number, parameter = 0, control = 0): SeenEvent {
    this.putTrb(Place.commands + TRB_BYTES * this.#commands++, [parameter, 0, typed(type, control)]);
    this.write(Part.doorbells, 0);
    return this.takeEvents().find((event) => event.type === TrbType.completionEvent)!;
  }

  port(number: number): number {
    return this.read(Part.ports + (number - 1) * PORT_BYTES);
  }

  writePort(number: number, value: number): void {
    this.write(Part.ports + (number - 1) * PORT_BYTES, value);
  }

  /** A context of a slot's device, or of the input. */
  context(at: number, index: number): number[] {
    return Array.from({ length: 8 }, (_, n) => this.view.getUint32(at + CONTEXT * index + 4 * n, true));
  }

  /** The input context: what goes, what comes, and contexts by their index. */
  input(drop: number, add: number, contexts: Readonly<Record<number, readonly number[]>>): void {
    this.bytes.fill(0, Place.input, Place.input + CONTEXT * 33);
    this.put(Place.input, drop, add);
    for (const [index, words] of Object.entries(contexts))
      this.put(Place.input + CONTEXT * (Number(index) + 1), ...words);
  }

  /** A slot for the device of a connector, from 0 on: its port is reset, and it has an address. */
  address(connector: number, control = 0): { slot: number; code: number } {
    this.writePort(5 + connector, Port.power | Port.reset);
    const { slot } = this.command(TrbType.enableSlot);
    this.bytes.fill(0, ringPlace(slot, 1), ringPlace(slot, 2));
    this.#next.set(ringPlace(slot, 1), 0);
    this.input(0, 3, { 0: [1 << 27, (5 + connector) << 16], 1: this.endpoint(slot, 1, 4, 64) });
    const { code } = this.command(TrbType.addressDevice, Place.input, ((slot << 24) | control) >>> 0);
    return { slot, code };
  }

  /** Words of an endpoint's context. */
  endpoint(slot: number, index: number, type: number, packet: number): number[] {
    return [0, ((packet << 16) | (type << 3)) >>> 0, ringPlace(slot, index) | 1, 0];
  }

  /** Configures endpoints: by index, type and bytes of a packet. */
  configure(slot: number, endpoints: Readonly<Record<number, readonly [type: number, packet: number]>>): number {
    const contexts = Object.entries(endpoints).map(([index, [type, packet]]) => {
      return [index, this.endpoint(slot, Number(index), type, packet)] as const;
    });
    const add = contexts.reduce((bits, [index]) => bits | (1 << Number(index)), 1);
    this.input(0, add, { 0: [31 << 27], ...Object.fromEntries(contexts) });
    return this.command(TrbType.configureEndpoint, Place.input, slot << 24).code;
  }

  /** Puts TRBs into a ring; where they are. */
  queue(slot: number, index: number, ...trbs: readonly WantedTrb[]): number[] {
    const ring = ringPlace(slot, index);
    return trbs.map((trb) => {
      const n = this.#next.get(ring) ?? 0;
      this.#next.set(ring, n + 1);
      this.putTrb(ring + TRB_BYTES * n, trb);
      return ring + TRB_BYTES * n;
    });
  }

  ring(slot: number, index: number): void {
    this.write(Part.doorbells + 4 * slot, index);
  }

  /** Queues a transfer, and rings its doorbell. */
  transfer(slot: number, index: number, ...trbs: readonly WantedTrb[]): SeenEvent[] {
    this.queue(slot, index, ...trbs);
    this.ring(slot, index);
    return this.takeEvents();
  }

  /** A control transfer: what the device sends, or the code of what went wrong. */
  control(slot: number, [requestType, request, value, index, length]: Setup): Uint8Array | number {
    const isIn = (requestType & 0x80) !== 0;
    const parameter: Words = [requestType | (request << 8) | (value << 16), index | (length << 16)];
    const setup: WantedTrb = [parameter, 8, typed(TrbType.setup, immediate)];
    const data: WantedTrb = [Place.data, length, typed(TrbType.data, shortInterrupt | (isIn ? TrbControl.in : 0))];
    const status: WantedTrb = [0, 0, typed(TrbType.statusStage, interrupt | (isIn && length > 0 ? 0 : TrbControl.in))];
    const events = this.transfer(slot, 1, setup, ...(length > 0 ? [data] : []), status);
    const failed = events.find(({ code }) => code !== Code.success && code !== Code.shortPacket);
    if (failed) return failed.code;
    const short = events.find(({ code }) => code === Code.shortPacket);
    return this.bytes.slice(Place.data, Place.data + length - (short?.value ?? 0));
  }
}

/** A rig with one device of this kind, which nobody has touched. */
export function hidRig(kind = 'tablet'): { rig: XhciRig; line: RecordedStream } {
  const line = recordedStream();
  const rig = new XhciRig(({ clock, events }) => [
    new UsbHid({
      name: `usb-${kind}`,
      speed: 'high',
      reports: reportKinds[kind]!(line, { clock, events }),
      clock,
      events,
    }),
  ]).start();
  return { rig, line };
}
