import { Control, Register, Status } from '../../../runtime/ata/registers.ts';
import { IdeController, type IdeDrive } from '../../../runtime/devices/ide/index.ts';
import { MemoryBlock, REQUEST_TIME } from '../../support/memory-block.ts';
import { type RecordedLine, Rig, recordedLine } from './rig.ts';

export const PRIMARY = 0x1f0;
export const SECONDARY = 0x170;
export const BUS_MASTER = 0xc000;
const MEMORY_BYTES = 4 << 20;
/** A time that no command takes. */
const FOREVER = 100_000 * REQUEST_TIME;

export type DriveOfRig = Omit<IdeDrive, 'port'> & { readonly bytes: Uint8Array };

/** Bytes that tell where they are. */
export function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (n * 7 + (n >> 9) * 31 + seed) & 0xff);
}

/** A first disk of so many sectors. */
export function disk(sectors: number, options: Partial<IdeDrive> = {}): DriveOfRig {
  return { name: 'hd', index: 0, media: 'disk', ...options, bytes: pattern(sectors * 512) };
}

/** The controller with drives in memory, and what a driver does with it. */
export class IdeRig extends Rig {
  readonly memory: Uint8Array = new Uint8Array(MEMORY_BYTES);
  readonly lines: Readonly<Record<number, RecordedLine>> = { 14: recordedLine(), 15: recordedLine() };
  readonly media: ReadonlyMap<string, MemoryBlock>;
  readonly ide: IdeController;
  readonly errors: string[] = [];
  /** Ports of the channel that is used. */
  command = PRIMARY;

  constructor(...drives: readonly DriveOfRig[]) {
    super();
    this.media = new Map(drives.map(({ name, bytes }) => [name, new MemoryBlock(name, bytes, this)]));
    this.ide = new IdeController({
      ports: this.ports,
      memory: {
        has: () => true,
        read: (address, target) => target.set(this.memory.subarray(address, address + target.length)),
        write: (address, bytes) => this.memory.set(bytes, address),
      },
      irq: (number) => this.lines[number]!,
      drives: drives.map((drive) => ({ ...drive, port: this.media.get(drive.name)! })),
      guestError: (what, value) => this.errors.push(`${what} ${value.toString(16)}`),
      base: BUS_MASTER,
    });
  }

  /** The medium of the first drive. */
  get medium(): MemoryBlock {
    return [...this.media.values()][0]!;
  }

  /** The line of the channel in use. */
  get line(): RecordedLine {
    return this.lines[this.command === PRIMARY ? 14 : 15]!;
  }

  get(register: number): number {
    return this.in8(this.command + register);
  }

  put(register: number, ...values: number[]): void {
    for (const value of values) this.out8(this.command + register, value);
  }

  get status(): number {
    return this.get(Register.status);
  }

  get control(): number {
    return this.command + 0x206;
  }

  get alternateStatus(): number {
    return this.in8(this.control);
  }

  get error(): number {
    return this.get(Register.error);
  }

  /** Registers from the sector count to the device. */
  registers(): number[] {
    return [2, 3, 4, 5, 6].map((register) => this.get(register));
  }

  highRegisters(): number[] {
    this.out8(this.control, Control.highOrderByte);
    return [2, 3, 4, 5].map((register) => this.get(register));
  }

  /** A command of 28 bits, or by cylinder, head and sector where bit 6 of `device` is clear. */
  issue(code: number, { count = 0, sector = 0, device = 0xe0, features = 0 } = {}): void {
    this.put(Register.device, device | ((device & 0x40) === 0 ? 0 : (sector >>> 24) & 0xf));
    this.put(Register.error, features);
    this.put(Register.sectorCount, count & 0xff);
    this.put(Register.lbaLow, sector & 0xff);
    this.put(Register.lbaMid, (sector >> 8) & 0xff);
    this.put(Register.lbaHigh, (sector >> 16) & 0xff);
    this.put(Register.status, code);
  }

  /** A command of 48 bits. */
  issueExtended(code: number, { count = 0, sector = 0, device = 0xe0, features = 0 } = {}): void {
    const byte = (n: number) => Math.floor(sector / 256 ** n) & 0xff;
    this.put(Register.device, device);
    this.put(Register.error, 0, features);
    this.put(Register.sectorCount, count >> 8, count & 0xff);
    this.put(Register.lbaLow, byte(3), byte(0));
    this.put(Register.lbaMid, byte(4), byte(1));
    this.put(Register.lbaHigh, byte(5), byte(2));
    this.put(Register.status, code);
  }

  /** Lets time pass until the drive is not busy. */
  settle(): void {
    for (let time = 0; (this.alternateStatus & Status.busy) !== 0; time += REQUEST_TIME) {
      if (time > FOREVER) throw new Error('the drive stays busy');
      this.advance(REQUEST_TIME);
    }
  }

  /** Reads what the drive has to give, block by block. */
  readAll(): Uint8Array {
    const bytes: number[] = [];
    for (this.settle(); (this.status & Status.dataRequest) !== 0; this.settle()) bytes.push(...this.readBytes(2));
    return Uint8Array.from(bytes);
  }

  readBytes(count: number): number[] {
    return Array.from({ length: count / 2 }, () => this.ports.read(this.command, 2)).flatMap((v) => [v & 0xff, v >> 8]);
  }

  writeBytes(bytes: ArrayLike<number>): void {
    for (let n = 0; n < bytes.length; n += 2) this.ports.write(this.command, 2, bytes[n]! | (bytes[n + 1]! << 8));
  }

  /** Lists regions of memory for the bus master, and starts it. */
  startBusMaster(
    regions: readonly (readonly [address: number, length: number])[],
    toMemory: boolean,
    table = 0x1000,
  ): void {
    const view = new DataView(this.memory.buffer);
    regions.forEach(([address, length], n) => {
      view.setUint32(table + 8 * n, address, true);
      view.setUint32(table + 8 * n + 4, (length & 0xffff) | (n === regions.length - 1 ? 0x80000000 : 0), true);
    });
    this.ports.write(this.busMaster + 4, 4, table);
    this.out8(this.busMaster, toMemory ? 0x08 : 0x00, toMemory ? 0x09 : 0x01);
  }

  get busMaster(): number {
    return BUS_MASTER + (this.command === PRIMARY ? 0 : 8);
  }

  get busMasterStatus(): number {
    return this.in8(this.busMaster + 2);
  }
}
