/** File systems below the folder that are told from each other. */
const MOST_DEVICES = 255;
/** Numbers of files are below this, except on file systems with very many. */
const DEVICE_SHIFT = 56n;

/** Numbers of files for the guest: that of the host, and different ones where another file system is mounted in the folder. */
export class FileIds {
  readonly #devices: Map<bigint, bigint>;

  /** `device`: that of the folder itself. */
  constructor(device: bigint) {
    this.#devices = new Map([[device, 0n]]);
  }

  of(device: bigint, inode: bigint): bigint {
    const known = this.#devices.get(device);
    const number = known ?? BigInt(Math.min(this.#devices.size, MOST_DEVICES));
    if (known === undefined && this.#devices.size <= MOST_DEVICES) this.#devices.set(device, number);
    return BigInt.asUintN(64, inode ^ (number << DEVICE_SHIFT));
  }
}
