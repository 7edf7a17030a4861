import { Ehci } from '../../../../runtime/devices/ehci/index.ts';
import { Command, OPERATIONAL, Port, Register, Status } from '../../../../runtime/devices/ehci/registers.ts';
import { END, Pid, Queue, Token } from '../../../../runtime/devices/ehci/schedule.ts';
import { Header, Command as PciCommand } from '../../../../runtime/devices/pci/registers.ts';
import { busMemory } from '../../../../runtime/memory/bus-memory.ts';
import type { MmioRegion } from '../../../../runtime/memory/mmio.ts';
import { PhysicalMap } from '../../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../../runtime/memory/ram.ts';
import { storeAlarms } from '../../../../runtime/memory/store-alarm.ts';
import type { UsbDevice } from '../../../../runtime/usb/device.ts';
import { Rig } from '../rig.ts';
import type { Setup } from './usb-rig.ts';

export const MEMORY_BYTES = 1 << 20;
/** Places of the driver below in memory: the frame list, a queue that is always empty, one that is used, its transfers, data. */
export const Place = { list: 0x1000, head: 0x2000, queue: 0x2080, transfers: 0x3000, data: 0x10000 } as const;
const [QUEUE_TYPE, HEAD] = [2, 1 << 15];
const MICROFRAME = 125_000;
const PAGE = 0x1000;

/** A transfer to be queued: where its data are, how many bytes. */
export interface Wanted {
  readonly pid: number;
  readonly length: number;
  readonly address?: number;
  readonly token?: number;
  readonly alternate?: number;
}

/** A controller with devices, and a driver that has one queue of its asynchronous list in use. */
export class EhciRig extends Rig {
  readonly map = new PhysicalMap(new GuestRam(MEMORY_BYTES));
  readonly view: DataView = new DataView(this.map.ram.buffer);
  readonly ehci: Ehci;
  readonly #regions: MmioRegion[] = [];

  constructor(devices: (rig: EhciRig) => readonly UsbDevice[]) {
    super();
    const { clock, events, irq, guestError } = this;
    this.ehci = new Ehci({
      ...{ clock, events, irq, guestError, device: 4, bus: 'usb-bus.0' },
      memory: busMemory(this.map),
      mmio: {
        add: (region) => void this.#regions.push(region),
        remove: (region) => void this.#regions.splice(this.#regions.indexOf(region), 1),
      },
      storeAlarm: storeAlarms(this.map),
    });
    for (const [n, device] of devices(this).entries()) this.ehci.usbBus.plug(n + 1, device);
    this.ehci.reset();
    this.ehci.pciFunction.write(Header.baseAddress, 4, 0xf0000000);
    this.ehci.pciFunction.write(Header.command, 2, PciCommand.memory | PciCommand.master);
  }

  read(register: number, size = 4): number {
    return this.#regions[0]!.read(OPERATIONAL + register, size) >>> 0;
  }

  write(register: number, value: number, size = 4): void {
    this.#regions[0]!.write(OPERATIONAL + register, size, value);
  }

  port(n: number): number {
    return this.read(Register.firstPort + 4 * n);
  }

  writePort(n: number, value: number): void {
    this.write(Register.firstPort + 4 * n, value);
  }

  get bytes(): Uint8Array {
    return this.map.ram.bytes;
  }

  /** A store of the guest's. */
  store(address: number, ...words: readonly number[]): void {
    for (const [n, word] of words.entries()) {
      this.view.setUint32(address + 4 * n, word, true);
      this.map.ram.frames.stored(address + 4 * n, 4, 'store');
    }
  }

  load(address: number): number {
    return this.view.getUint32(address, true);
  }

  /** An asynchronous list of two queues, a frame list without any; ports are reset. */
  start(): this {
    for (let n = 0; n < 1024; n++) this.store(Place.list + 4 * n, END);
    this.store(Place.head, Place.queue | QUEUE_TYPE, HEAD, 0, 0, END, END, Token.halted, 0, 0, 0, 0, 0);
    this.store(Place.queue, Place.head | QUEUE_TYPE, 0, 0, 0, END, END, 0, 0, 0, 0, 0, 0);
    this.write(Register.periodicList, Place.list);
    this.write(Register.asyncList, Place.head);
    this.write(Register.interruptEnable, 0x37);
    this.write(Register.configured, 1);
    this.write(Register.command, Command.run | Command.async | Command.periodic);
    for (const n of [0, 1, 2]) {
      this.writePort(n, Port.power | Port.reset);
      this.writePort(n, Port.power | Port.connectChanged);
      this.writePort(n, Port.power | Port.enabled | Port.connectChanged);
    }
    this.write(Register.status, Status.clearable);
    return this;
  }

  /** Puts transfers into the queue, for an endpoint with so many bytes in a packet; where they are. */
  queue(address: number, endpoint: number, packet: number, wanted: readonly Wanted[], queue: number = Place.queue) {
    const places = wanted.map((_, n) => Place.transfers + 0x40 * n);
    for (const [n, { pid, length, address: data = Place.data, token = 0, alternate = END }] of wanted.entries()) {
      const bits = Token.active | (3 << 10) | (pid << Token.pidShift) | (length << Token.bytesShift) | token;
      const pages = Array.from({ length: 4 }, (_, page) => (data & -PAGE) + PAGE * (page + 1));
      this.store(places[n]!, places[n + 1] ?? END, alternate, bits >>> 0, data, ...pages);
    }
    this.store(queue + 4 * Queue.device, (packet << 16) | (1 << 14) | (2 << 12) | (endpoint << 8) | address);
    this.store(queue + 4 * Queue.alternate, END, 0);
    this.store(queue + 4 * Queue.next, places[0] ?? END);
    return places;
  }

  token(transfer: number): number {
    return this.load(transfer + 8);
  }

  /** Lets microframes pass until none is active any more. */
  wait(transfers: readonly number[], most = 200): boolean {
    const isThrough = () =>
      transfers.every((place) => (this.token(place) & Token.active) === 0) ||
      transfers.some((place) => (this.token(place) & Token.halted) !== 0);
    for (let n = 0; n < most && !isThrough(); n++) this.advance(MICROFRAME);
    return isThrough();
  }

  /** A control transfer: what the device sends, or null where it stalls. */
  control(address: number, [requestType, request, value, index, length]: Setup): Uint8Array | null {
    const setup = Place.data + 0x8000;
    this.store(setup, requestType | (request << 8) | (value << 16), index | (length << 16));
    const isIn = (requestType & 0x80) !== 0;
    const data = length > 0 ? [{ pid: isIn ? Pid.in : Pid.out, length }] : [];
    const status = { pid: isIn && length > 0 ? Pid.out : Pid.in, length: 0, token: Token.interrupt };
    const places = this.queue(address, 0, 64, [{ pid: Pid.setup, length: 8, address: setup }, ...data, status]);
    this.wait(places);
    if (places.some((place) => (this.token(place) & Token.halted) !== 0)) return null;
    const left = length > 0 ? (this.token(places[1]!) >>> Token.bytesShift) & Token.bytesMask : 0;
    return this.bytes.slice(Place.data, Place.data + length - left);
  }

  configure(address: number): void {
    this.control(0, [0, 5, address, 0, 0]);
    this.control(address, [0, 9, 1, 0, 0]);
  }
}
