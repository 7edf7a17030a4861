import { Header, Command as PciCommand } from '../../../../runtime/devices/pci/registers.ts';
import { Uhci } from '../../../../runtime/devices/uhci/index.ts';
import { Command, Control, Enable, Link, Port, Register } from '../../../../runtime/devices/uhci/registers.ts';
import { UsbHid } from '../../../../runtime/devices/usb-hid/index.ts';
import { KeyboardReports } from '../../../../runtime/devices/usb-hid/keyboard.ts';
import { MouseReports, TabletReports } from '../../../../runtime/devices/usb-hid/pointer.ts';
import type { Reports } from '../../../../runtime/devices/usb-hid/reports.ts';
import { busMemory } from '../../../../runtime/memory/bus-memory.ts';
import { PhysicalMap } from '../../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../../runtime/memory/ram.ts';
import { storeAlarms } from '../../../../runtime/memory/store-alarm.ts';
import type { UsbDevice } from '../../../../runtime/usb/device.ts';
import { Pid } from '../../../../runtime/usb/packets.ts';
import { type RecordedStream, Rig, recordedStream } from '../rig.ts';

export const MEMORY_BYTES = 1 << 20;
export const BASE = 0xc000;
/** Places of the driver below in memory: the frame list, one queue, its descriptors, and data. */
const [LIST, QUEUE, TRANSFERS, DATA] = [0x10000, 0x20000, 0x21000, 0x30000];
const FRAME = 1e6;
const MOST_FRAMES = 2000;

/** A request of a test to a device: eight bytes. */
export type Setup = readonly [requestType: number, request: number, value: number, index: number, length: number];

/** The result of a transfer: its bytes, or the reason why there are none. */
export type Outcome = Uint8Array | 'stall' | 'timeout' | 'babble' | 'waiting';

export const reportKinds: Readonly<
  Record<string, (line: RecordedStream, rig: Pick<Rig, 'clock' | 'events'>) => Reports>
> = {
  tablet: (line) => new TabletReports('pointer', line),
  mouse: (line) => new MouseReports('pointer', line),
  keyboard: (line, { clock, events }) => new KeyboardReports({ name: 'keyboard', clock, events, line }),
};

/** A controller with devices, and a driver that does one transfer at a time. */
export class UsbRig extends Rig {
  readonly map = new PhysicalMap(new GuestRam(MEMORY_BYTES));
  readonly view: DataView = new DataView(this.map.ram.buffer);
  readonly uhci: Uhci;
  readonly #toggles = new Map<number, number>();

  constructor(devices: (rig: UsbRig) => readonly UsbDevice[]) {
    super();
    const { ports, clock, events, irq, guestError } = this;
    const made = devices(this);
    this.uhci = new Uhci({
      ...{ ports, clock, events, irq, guestError },
      memory: busMemory(this.map),
      place: { device: 1, function: 2 },
      bus: 'usb-bus.0',
      storeAlarm: storeAlarms(this.map),
    });
    for (const [n, device] of made.entries()) this.uhci.usbBus.plug(n + 1, device);
    const { pciFunction } = this.uhci;
    pciFunction.write(Header.baseAddress + 16, 4, BASE);
    pciFunction.write(Header.command, 2, PciCommand.io | PciCommand.master);
  }

  read(register: number, size: 1 | 2 | 4 = 2): number {
    return this.ports.read(BASE + register, size);
  }

  write(register: number, value: number, size: 1 | 2 | 4 = 2): void {
    this.ports.write(BASE + register, size, value);
  }

  /** A store of the guest's, as one comes that has no TLB entry. */
  store(address: number, value: number): void {
    this.view.setUint32(address, value, true);
    this.map.ram.frames.stored(address, 4, 'store');
  }

  load(address: number): number {
    return this.view.getUint32(address, true);
  }

  /** How often a frame is looked at in so many. */
  framesRun(count: number): number {
    let run = 0;
    for (const end = this.clock.now() + count * FRAME; this.events.nextDeadline() <= end; run++)
      this.advance(this.events.nextDeadline() - this.clock.now());
    return run;
  }

  /** A schedule of one empty queue, which all frames begin with; ports are reset and enabled. */
  start(): this {
    for (let n = 0; n < 1024; n++) this.store(LIST + 4 * n, QUEUE | Link.queue);
    this.store(QUEUE, Link.end);
    this.store(QUEUE + 4, Link.end);
    this.write(Register.listLow, LIST, 4);
    this.write(Register.interruptEnable, Enable.kept);
    this.write(Register.command, Command.run | 0x40 | 0x80);
    for (const port of [0, 1]) {
      this.write(Register.firstPort + 2 * port, Port.reset);
      this.write(Register.firstPort + 2 * port, Port.clearable);
    }
    return this;
  }

  enable(port: number): void {
    this.write(Register.firstPort + 2 * port, Port.enabled);
  }

  /** Puts descriptors of packets into the queue; their addresses. */
  queue(
    address: number,
    endpoint: number,
    packets: readonly { pid: number; length: number; data?: Uint8Array; toggle: number }[],
  ) {
    let at = DATA;
    const made = packets.map(({ pid, length, data, toggle }, n) => {
      const place = TRANSFERS + 32 * n;
      if (data) this.map.ram.bytes.set(data, at);
      const isLast = n === packets.length - 1;
      this.store(place, isLast ? Link.end : (place + 32) | Link.depthFirst);
      const errors = 3 << Control.errorsShift;
      this.store(
        place + 4,
        Control.active | errors | Control.shortDetect | (isLast ? Control.interrupt : 0) | Control.lengthMask,
      );
      this.store(place + 8, (((length - 1) & 0x7ff) << 21) | (toggle << 19) | (endpoint << 15) | (address << 8) | pid);
      this.store(place + 12, at);
      const buffer = at;
      at += length;
      return { place, buffer };
    });
    this.store(QUEUE + 4, made.length > 0 ? TRANSFERS : Link.end);
    return made;
  }

  /** Lets frames pass until the queue is through, or stands still at something that failed. */
  #wait(made: readonly { place: number }[]): Exclude<Outcome, Uint8Array> | null {
    for (let n = 0; n < MOST_FRAMES; n++) {
      this.advance(FRAME);
      const stopped = made.find(({ place }) => (this.load(place + 4) & Control.stalled) !== 0);
      if (stopped) return reasonOf(this.load(stopped.place + 4));
      const isThrough = made.every(({ place }) => (this.load(place + 4) & Control.active) === 0);
      if (isThrough || this.#isShort(made)) return null;
    }
    return 'waiting';
  }

  /** A packet that was short ends the queue, and its element stays. */
  #isShort(made: readonly { place: number }[]): boolean {
    const element = this.load(QUEUE + 4) & Link.addressMask;
    return made.some(({ place }) => place === element && (this.load(place + 4) & Control.active) === 0);
  }

  #taken(made: readonly { place: number; buffer: number }[]): Uint8Array {
    const parts = made.map(({ place, buffer }) => {
      const control = this.load(place + 4);
      const length = (control & Control.active) !== 0 ? 0 : ((control & Control.lengthMask) + 1) & 0x7ff;
      return this.map.ram.bytes.slice(buffer, buffer + length);
    });
    return Uint8Array.from(parts.flatMap((part) => [...part]));
  }

  /** A control transfer; what the device sends. */
  control(address: number, setup: Setup, data?: Uint8Array, packet = 8): Outcome {
    const [requestType, request, value, index, length] = setup;
    const bytes = Uint8Array.of(
      requestType,
      request,
      value & 0xff,
      value >> 8,
      index & 0xff,
      index >> 8,
      length & 0xff,
      length >> 8,
    );
    const isIn = (requestType & 0x80) !== 0;
    const stages = this.queue(address, 0, [{ pid: Pid.setup, length: 8, data: bytes, toggle: 0 }]);
    const failed = this.#wait(stages);
    if (failed !== null) return failed;
    const received =
      length === 0 ? new Uint8Array(0) : this.transfer(address, 0, isIn ? Pid.in : Pid.out, data ?? length, packet, 1);
    if (!(received instanceof Uint8Array)) return received;
    const status = this.transfer(address, 0, isIn && length > 0 ? Pid.out : Pid.in, 0, packet, 1);
    return status instanceof Uint8Array ? received : status;
  }

  /** Packets of one direction: bytes to be sent, or how many are wanted. */
  transfer(
    address: number,
    endpoint: number,
    pid: number,
    what: Uint8Array | number,
    packet = 64,
    toggle?: number,
  ): Outcome {
    const total = typeof what === 'number' ? what : what.length;
    const key = (address << 5) | (endpoint << 1) | Number(pid === Pid.in);
    let bit = toggle ?? this.#toggles.get(key) ?? 0;
    const packets = Array.from({ length: Math.max(1, Math.ceil(total / packet)) }, (_, n) => {
      const data = typeof what === 'number' ? {} : { data: what.subarray(n * packet, (n + 1) * packet) };
      const made = { pid, length: Math.min(packet, total - n * packet), ...data, toggle: bit };
      bit ^= 1;
      return made;
    });
    this.#toggles.set(key, bit);
    const made = this.queue(address, endpoint, packets);
    const failed = this.#wait(made);
    if (failed === null) return this.#taken(made);
    this.queue(address, endpoint, []);
    return failed;
  }

  /** Gives the device on a port an address, and configures it. */
  configure(port: number, address = port + 1): void {
    this.enable(port);
    this.control(0, [0, 5, address, 0, 0]);
    this.control(address, [0, 9, 1, 0, 0]);
  }
}

function reasonOf(control: number): 'stall' | 'timeout' | 'babble' {
  if ((control & Control.babble) !== 0) return 'babble';
  return (control & Control.timeout) !== 0 ? 'timeout' : 'stall';
}

/** A rig with one device of this kind in port 0, configured at address 1. */
export function hidRig(kind: string): { rig: UsbRig; line: RecordedStream; device: UsbHid } {
  const line = recordedStream();
  let device!: UsbHid;
  const rig = new UsbRig(({ clock, events }) => {
    device = new UsbHid({
      name: `usb-${kind}`,
      speed: 'full',
      reports: reportKinds[kind]!(line, { clock, events }),
      clock,
      events,
    });
    return [device];
  }).start();
  rig.configure(0);
  return { rig, line, device };
}
