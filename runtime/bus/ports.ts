/** Bytes of one access. */
export type AccessSize = 1 | 2 | 4;

/**
 * A device's claim on a range of I/O ports. Values are unsigned. What a side leaves out reads as all ones, or is lost.
 */
export interface PortRegion {
  readonly name: string;
  readonly first: number;
  readonly count: number;
  /** Sizes that reach the device whole; [1] if left out. Others are split into smaller ones, low to high. */
  readonly sizes?: readonly AccessSize[];
  read?(port: number, size: AccessSize): number;
  write?(port: number, size: AccessSize, value: number): void;
  /**
   * Reads of `size` bytes until `target` is full, or fewer: returns the number of bytes read. Repeated string instructions use
   * it; where it is left out, or returns 0, each element is read by itself.
   */
  readBlock?(port: number, size: AccessSize, target: Uint8Array): number;
  /** Writes of `size` bytes until `source` is empty, or fewer; otherwise as {@link readBlock}. */
  writeBlock?(port: number, size: AccessSize, source: Uint8Array): number;
}

/** Ports that cannot be claimed; the message names who wanted them, and who has them. */
export class PortError extends Error {
  override readonly name = 'PortError';
}

const PORT_COUNT = 0x10000;

/** All ones, as many bits as an access has: what a bus nobody drives reads as. */
export function allOnes(size: AccessSize): number {
  return size === 4 ? 0xffffffff : (1 << (size * 8)) - 1;
}

/** The I/O space. An access that no device takes in its size is split in halves, as an ISA bus does, low to high. */
export class PortBus {
  readonly #regions: (PortRegion | undefined)[] = [undefined];
  /** Groups of regions that others are in the way of, those that came first before others. */
  readonly #waiting = new Set<readonly PortRegion[]>();
  /** By access size: the index in `#regions` of each port's owner, 0 if it has none. */
  readonly #owners = {
    1: new Uint16Array(PORT_COUNT),
    2: new Uint16Array(PORT_COUNT),
    4: new Uint16Array(PORT_COUNT),
  };

  /** Claims ports. Throws PortError if a port has an owner for one of the sizes. */
  register(region: PortRegion): void {
    const other = this.#owner(region);
    if (other !== undefined) {
      throw new PortError(`ports of '${region.name}' (${rangeOf(region)}) overlap '${other.name}' (${rangeOf(other)})`);
    }
    const free = this.#regions.indexOf(undefined, 1);
    const index = free < 0 ? this.#regions.length : free;
    this.#regions[index] = region;
    this.#claim(region, index);
  }

  /** Gives the ports of a registered region back. */
  remove(region: PortRegion): void {
    const index = this.#regions.indexOf(region);
    if (index < 0) throw new Error(`ports of '${region.name}' are not registered`);
    this.#claim(region, 0);
    this.#regions[index] = undefined;
  }

  /** Claims the ports of all these regions as soon as none of them has an owner: now, or when others are withdrawn. */
  offer(regions: readonly PortRegion[]): void {
    if (regions.some((region) => this.#owner(region) !== undefined)) this.#waiting.add(regions);
    else for (const region of regions) this.register(region);
  }

  /** Takes back what was offered. */
  withdraw(regions: readonly PortRegion[]): void {
    if (this.#waiting.delete(regions)) return;
    for (const region of regions) this.remove(region);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const others of waiting) this.offer(others);
  }

  /** The region that holds one of these ports for one of these sizes. */
  #owner(wanted: PortRegion): PortRegion | undefined {
    const { first, count } = wanted;
    if (first < 0 || count < 1 || first + count > PORT_COUNT) {
      throw new PortError(`ports of '${wanted.name}' (${rangeOf(wanted)}) are no I/O ports`);
    }
    for (const size of sizesOf(wanted)) {
      const index = this.#owners[size].subarray(first, first + count).find((owner) => owner !== 0);
      if (index !== undefined) return this.#regions[index];
    }
    return undefined;
  }

  /** Whether an access reaches a device, whole or with a part of it. */
  isOwned(port: number, size: AccessSize): boolean {
    if (this.#owners[size][port] !== 0) return true;
    if (size === 1) return false;
    const half = size === 4 ? 2 : 1;
    return this.isOwned(port, half) || this.isOwned((port + half) & 0xffff, half);
  }

  /** Unsigned value of `size` bytes. */
  read(port: number, size: AccessSize): number {
    const region = this.#regions[this.#owners[size][port]];
    if (region !== undefined) return region.read === undefined ? allOnes(size) : region.read(port, size);
    if (size === 1) return 0xff;
    const half = size === 4 ? 2 : 1;
    const low = this.read(port, half);
    const high = this.read((port + half) & 0xffff, half);
    return low + high * 2 ** (half * 8);
  }

  /** Only the low `size` bytes of `value` count. */
  write(port: number, size: AccessSize, value: number): void {
    const region = this.#regions[this.#owners[size][port]];
    if (region !== undefined) {
      region.write?.(port, size, (value & allOnes(size)) >>> 0);
      return;
    }
    if (size === 1) return;
    const half = size === 4 ? 2 : 1;
    this.write(port, half, value);
    this.write((port + half) & 0xffff, half, value >>> (half * 8));
  }

  /** PortRegion.readBlock of the port's owner: bytes read, 0 if it has none. */
  readBlock(port: number, size: AccessSize, target: Uint8Array): number {
    return this.#regions[this.#owners[size][port]]?.readBlock?.(port, size, target) ?? 0;
  }

  /** Writes of a repeated string instruction: returns the number of bytes that the device has taken at once. */
  writeBlock(port: number, size: AccessSize, source: Uint8Array): number {
    return this.#regions[this.#owners[size][port]]?.writeBlock?.(port, size, source) ?? 0;
  }

  /** Registered regions, in the order of registration. */
  regions(): PortRegion[] {
    return this.#regions.filter((region) => region !== undefined);
  }

  #claim(region: PortRegion, index: number): void {
    for (const size of sizesOf(region)) this.#owners[size].fill(index, region.first, region.first + region.count);
  }
}

function sizesOf(region: PortRegion): readonly AccessSize[] {
  return region.sizes ?? [1];
}

function rangeOf(region: PortRegion): string {
  return `0x${region.first.toString(16)}-0x${(region.first + region.count - 1).toString(16)}`;
}
