import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import type { MmioBus, MmioRegion } from './mmio.ts';
import type { GuestRam } from './ram.ts';

/** No memory: a device's registers, or nothing. */
export const NO_FRAME = -1;
const PAGES_4GB = 1 << 20;
/** Below this address what nobody answers is left to the ISA bus, whose lines float. */
const ISA_END = 1 << 20;
/** Bit of an entry of `loaded`: stores reach another frame than loads, or none. */
const DIVIDED = 1 << 30;

/** The layer of a window: of windows at the same place the one in the higher layer decodes an address first. */
export const Layer = { pci: 0, memory: 1, chipset: 2, processor: 3 } as const;
export type Layer = (typeof Layer)[keyof typeof Layer];

/**
 * A window: a range of physical addresses below 4 GB. In a layer the window added last is seen. Without frames and a device it
 * hides memory but not devices, as a host bridge that passes accesses on to the bus.
 */
export interface AddressWindow {
  readonly name: string;
  readonly layer: Layer;
  /**
   * In bytes; memory begins and ends with a page. A device may have a part of one: other devices in that page are seen, but
   * the rest of the page shows no memory, as no chip of a PC shares a page with RAM.
   */
  readonly base: number;
  readonly length: number;
  /** First of the consecutive frames that loads see, and that stores reach; NO_FRAME: none. */
  readonly reads: number;
  readonly writes: number;
  /** Answers where no frame is; has all stores where only loads see frames. */
  readonly device?: MmioRegion;
}

/** The physical address space, by page: frames of the buffer for loads and for stores, a device, or nothing. */
export class PhysicalMap {
  readonly ram: GuestRam;
  /** The processor cannot drive the bits of a page number that are 0 here: the gate of A20. Bus masters can. */
  processorPages = -1;
  /** Something else may stand at some pages: what was translated before is stale. */
  onChanged: () => void = () => {};
  /** Told of accesses to where nothing is (a store's value is given); only where somebody asked for a log. */
  onUnassigned: ((address: number, size: number, value?: number) => void) | null = null;
  /** Called when the gate of A20 is set, if anybody listens. */
  onA20: ((isOpen: boolean) => void) | null = null;
  /** Told of accesses to devices' registers; only where somebody asked for that. */
  onDeviceAccess:
    | ((kind: 'read' | 'write', device: MmioRegion, address: number, size: number, value: number) => void)
    | null = null;
  /** By page: 1 + the frame that loads see, 0 for none; with DIVIDED. */
  readonly #loaded = new Int32Array(PAGES_4GB);
  /** The frame that stores reach, for pages where loads see another. */
  readonly #stored = new Map<number, number>();
  /** From the one that is seen last to the one that is seen first. */
  #windows: AddressWindow[] = [];
  /** The device that was accessed last, if no other one hides a part of it. */
  #recent: AddressWindow | null = null;
  /** Frames of RAM below 4 GB. */
  readonly #below: number;

  /** RAM stands from address 0 on, `below` bytes of it; the rest from 4 GB on. */
  constructor(ram: GuestRam, below = ram.ramBytes) {
    this.ram = ram;
    this.#below = below >>> PAGE_SHIFT;
    this.add({ name: 'RAM', layer: Layer.memory, base: 0, length: below, reads: 0, writes: 0 });
  }

  /** The frame that loads see at a physical page number, or NO_FRAME. */
  frameAt(page: number): number {
    return page < PAGES_4GB ? (this.#loaded[page] & ~DIVIDED) - 1 : this.#above(page - PAGES_4GB + this.#below);
  }

  /** The frame that stores reach at a physical page number, or NO_FRAME. */
  storedFrameAt(page: number): number {
    const isDivided = page < PAGES_4GB && (this.#loaded[page] & DIVIDED) !== 0;
    return isDivided ? this.#stored.get(page)! : this.frameAt(page);
  }

  #above(frame: number): number {
    return frame < this.ram.ramBytes >>> PAGE_SHIFT ? frame : NO_FRAME;
  }

  /** The gate of A20: closed, the processor's address bit 20 is 0. */
  setA20(open: boolean): void {
    this.processorPages = open ? -1 : ~(1 << (20 - PAGE_SHIFT));
    this.onA20?.(open);
    this.onChanged();
  }

  get isA20Open(): boolean {
    return this.processorPages === -1;
  }

  add(window: AddressWindow): void {
    this.#windows = [...this.#windows, window].sort((a, b) => a.layer - b.layer);
    this.#paint(window);
  }

  /** The windows from the lowest address on; of those at one address, the last is seen first. */
  placed(): AddressWindow[] {
    return [...this.#windows, ...this.#highMemory()].sort((a, b) => a.base - b.base || a.layer - b.layer);
  }

  /** RAM from 4 GB on, which nothing hides. */
  #highMemory(): AddressWindow[] {
    const [base, length] = [PAGES_4GB * PAGE_BYTES, this.ram.ramBytes - this.#below * PAGE_BYTES];
    if (length === 0) return [];
    return [{ name: 'RAM', layer: Layer.memory, base, length, reads: this.#below, writes: this.#below }];
  }

  /** Whether an address where no frame is belongs to somebody: a device, or a window that hides memory. */
  isSomething(address: number): boolean {
    return this.#windows.some((window) => holds(window, address));
  }

  /** Removes a window; those that it hid are seen again. */
  remove(window: AddressWindow): void {
    this.#windows = this.#windows.filter((w) => w !== window);
    this.#paint(window);
  }

  /** Has another window of the same place, layer and length in the place of one. */
  replace(window: AddressWindow, by: AddressWindow): void {
    this.#windows = this.#windows.map((present) => (present === window ? by : present));
    this.#paint(by);
  }

  /** Where devices of a layer put their registers. */
  bus(layer: Layer): MmioBus {
    const placed = new Map<MmioRegion, AddressWindow>();
    return {
      add: (region) => {
        const { name, base, length } = region;
        const window = { name, layer, base, length, reads: NO_FRAME, writes: NO_FRAME, device: region };
        placed.set(region, window);
        this.add(window);
      },
      remove: (region) => {
        const window = placed.get(region);
        if (window === undefined) throw new Error(`MMIO region ${region.name} is not there`);
        placed.delete(region);
        this.remove(window);
      },
    };
  }

  /** Enters again what the pages of a window show. */
  #paint(changed: AddressWindow): void {
    this.#recent = null;
    const [from, to] = pagesOf(changed);
    this.#loaded.fill(0, from, to);
    for (const page of this.#stored.keys()) if (page >= from && page < to) this.#stored.delete(page);
    for (const window of this.#windows) {
      const [start, end] = pagesOf(window);
      for (let page = Math.max(from, start); page < Math.min(to, end); page++) {
        this.#show(page, frameOf(window.reads, page - start), frameOf(window.writes, page - start));
      }
    }
    this.onChanged();
  }

  #show(page: number, loaded: number, stored: number): void {
    this.#loaded[page] = (loaded + 1) | (loaded === stored ? 0 : DIVIDED);
    if (loaded !== stored) this.#stored.set(page, stored);
    else if (this.#stored.size > 0) this.#stored.delete(page);
  }

  /** Loads where no frame is: a device's register, or what nothing reads as. */
  readDevice(address: number, size: number): number {
    const device = this.#deviceAt(address);
    if (device) {
      const value = device.read(address - device.base, size);
      this.onDeviceAccess?.('read', device, address, size, value);
      return value;
    }
    this.onUnassigned?.(address, size);
    return absentByte(address) === 0 ? 0 : -1 >>> (32 - 8 * size);
  }

  /** Stores that reach no frame: to a device's register, or lost, as those to ROM are. */
  writeDevice(address: number, size: number, value: number): void {
    const device = this.#storingDevice(address);
    if (device === null) return;
    if (device) {
      this.onDeviceAccess?.('write', device, address, size, value);
      device.write(address - device.base, size, value);
    } else this.onUnassigned?.(address, size, value);
  }

  /** Two doublewords stored at once, at a multiple of eight: to a register of 64 bits, or one after the other. */
  writeWide(address: number, low: number, high: number): void {
    const device = this.#storingDevice(address);
    if (!device?.writeWide) {
      this.writeDevice(address, 4, low);
      this.writeDevice(address + 4, 4, high);
      return;
    }
    this.onDeviceAccess?.('write', device, address, 4, low);
    this.onDeviceAccess?.('write', device, address + 4, 4, high);
    device.writeWide(address - device.base, low, high);
  }

  /** The device that a store goes to; undefined where nothing is, null where it is lost at memory that is only read. */
  #storingDevice(address: number): MmioRegion | undefined | null {
    const isRead = this.frameAt(Math.floor(address / PAGE_BYTES)) !== NO_FRAME;
    return isRead ? (this.#seenAt(address)?.device ?? null) : this.#deviceAt(address);
  }

  /**
   * The device that acts as memory at all of some bytes of one page; undefined also where somebody watches accesses to devices.
   */
  memoryAt(address: number, bytes: number): MmioRegion | undefined {
    const device = this.onDeviceAccess === null ? this.#deviceAt(address) : undefined;
    return device?.isMemory && device === this.#deviceAt(address + bytes - 1) ? device : undefined;
  }

  /** The window that is seen at an address. */
  #seenAt(address: number): AddressWindow | undefined {
    return this.#windows.findLast((window) => holds(window, address));
  }

  #deviceAt(address: number): MmioRegion | undefined {
    const recent = this.#recent;
    if (recent !== null && holds(recent, address)) return recent.device;
    const n = this.#windows.findLastIndex((window) => window.device !== undefined && holds(window, address));
    if (n < 0) return undefined;
    const window = this.#windows[n];
    if (!this.#windows.slice(n + 1).some((other) => other.device !== undefined && overlap(window, other)))
      this.#recent = window;
    return window.device;
  }
}

/**
 * The value of bytes where nothing is: ones below 1 MB, where memory managers look for places without a ROM; zeros above it, as
 * in QEMU, by which systems are tested.
 */
export function absentByte(address: number): number {
  return address < ISA_END ? 0xff : 0;
}

function holds({ base, length }: AddressWindow, address: number): boolean {
  return address >= base && address < base + length;
}

function overlap(one: AddressWindow, other: AddressWindow): boolean {
  return one.base < other.base + other.length && other.base < one.base + one.length;
}

function pagesOf({ base, length }: AddressWindow): [from: number, to: number] {
  return [base >>> PAGE_SHIFT, Math.ceil((base + length) / PAGE_BYTES)];
}

function frameOf(first: number, n: number): number {
  return first === NO_FRAME ? NO_FRAME : first + n;
}
