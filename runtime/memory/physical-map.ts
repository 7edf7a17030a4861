import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import type { MmioBus, MmioRegion } from './mmio.ts';
import type { GuestRam } from './ram.ts';

const UNMAPPED = -1;
const PAGES_4GB = 1 << 20;

/** What stands at each physical page: a frame of the buffer (RAM or ROM), a device, or nothing. */
export class PhysicalMap implements MmioBus {
  readonly ram: GuestRam;
  private readonly frames = new Int32Array(PAGES_4GB).fill(UNMAPPED);
  private readonly regions: MmioRegion[] = [];
  /** The frames that stand behind a region. */
  private readonly hidden = new Map<MmioRegion, Int32Array>();
  private pageMask = -1;
  /** Frames of RAM below 4 GB. */
  private readonly below: number;

  /** RAM stands from address 0 on, `below` bytes of it; the rest from 4 GB on. */
  constructor(ram: GuestRam, below = ram.ramBytes) {
    this.ram = ram;
    this.below = below >>> PAGE_SHIFT;
    for (let page = 0; page < this.below; page++) this.frames[page] = page;
  }

  /** Frame at a physical page number, or -1 where a device or nothing is. */
  frameAt(page: number): number {
    return page < PAGES_4GB ? this.frames[page & this.pageMask] : this.above(page - PAGES_4GB + this.below);
  }

  private above(frame: number): number {
    return frame < this.ram.ramBytes >>> PAGE_SHIFT ? frame : UNMAPPED;
  }

  /** The gate of A20: closed, address bit 20 is 0 (every translation made before is stale). */
  setA20(open: boolean): void {
    this.pageMask = open ? -1 : ~(1 << (20 - PAGE_SHIFT));
  }

  /** Makes `pages` pages from physical page `page` on show the frames from `frame` on; -1 unmaps them. */
  mapFrames(page: number, pages: number, frame: number): void {
    for (let n = 0; n < pages; n++) this.frames[page + n] = frame < 0 ? UNMAPPED : frame + n;
  }

  /** Puts a device in the address space, in front of the memory there; throws if it overlaps another. */
  add(region: MmioRegion): void {
    const clash = this.regions.find((r) => r.base < region.base + region.length && region.base < r.base + r.length);
    if (clash) throw new Error(`MMIO regions overlap: ${region.name} and ${clash.name}`);
    const { page, pages } = pagesOf(region);
    this.hidden.set(region, this.frames.slice(page, page + pages));
    this.regions.push(region);
    this.mapFrames(page, pages, UNMAPPED);
  }

  /** Takes a device away; the memory that it hid is there again. */
  remove(region: MmioRegion): void {
    const hidden = this.hidden.get(region);
    if (!hidden) throw new Error(`MMIO region ${region.name} is not there`);
    this.frames.set(hidden, pagesOf(region).page);
    this.hidden.delete(region);
    this.regions.splice(this.regions.indexOf(region), 1);
  }

  /** Reads where no frame is: a device's register, or all ones. */
  readDevice(address: number, size: number): number {
    const region = this.regionAt(address);
    return region ? region.read(address - region.base, size) : -1 >>> (32 - 8 * size);
  }

  /** Writes where no frame is; nothing listens at an unmapped address. */
  writeDevice(address: number, size: number, value: number): void {
    const region = this.regionAt(address);
    region?.write(address - region.base, size, value);
  }

  private regionAt(address: number): MmioRegion | undefined {
    return this.regions.find((r) => address >= r.base && address < r.base + r.length);
  }
}

function pagesOf({ base, length }: MmioRegion): { page: number; pages: number } {
  return { page: base >>> PAGE_SHIFT, pages: Math.ceil(length / PAGE_BYTES) };
}
