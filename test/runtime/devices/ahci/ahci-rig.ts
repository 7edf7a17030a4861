import type { InterruptMessage } from '../../../../runtime/bus/interrupt-message.ts';
import { AhciController, type SataDrive } from '../../../../runtime/devices/ahci/index.ts';
import { MemoryBlock, REQUEST_TIME } from '../../../support/memory-block.ts';
import { CardRig } from '../network/card-rig.ts';

export const REGISTERS = 0xf0000000;
export const INDEX = 0xc000;

/** Registers of the host, and of the first port. */
export const Host = { cap: 0, ghc: 4, is: 8, pi: 0xc, vs: 0x10 } as const;
export const Port = {
  clb: 0x100,
  clbu: 0x104,
  fb: 0x108,
  fbu: 0x10c,
  is: 0x110,
  ie: 0x114,
  cmd: 0x118,
  tfd: 0x120,
  sig: 0x124,
  ssts: 0x128,
  sctl: 0x12c,
  serr: 0x130,
  sact: 0x134,
  ci: 0x138,
} as const;
/** Bits of PxIS, as drivers look at them. */
export const Is = {
  registers: 1,
  pioSetup: 2,
  deviceBits: 8,
  overflow: 1 << 24,
  interface: 1 << 27,
  hostBus: 1 << 29,
  taskFile: 1 << 30,
} as const;

export const STARTED = 0x11;
const LIST = 0x1000;
const RECEIVED = 0x2000;
const TABLES = 0x4000;
const TABLE_BYTES = 0x400;
export const DATA = 0x40000;

export type DriveOfRig = Omit<SataDrive, 'port'> & { readonly bytes: Uint8Array };

/** Bytes that tell where they are. */
export function pattern(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (n * 7 + (n >> 9) * 31 + seed) & 0xff);
}

export function disk(sectors: number, options: Partial<SataDrive> = {}): DriveOfRig {
  return { name: 'hd', index: 0, media: 'disk', ...options, bytes: pattern(sectors * 512) };
}

export function cdrom(blocks: number, index = 0): DriveOfRig {
  return { name: 'cd', index, media: 'cdrom', bytes: pattern(blocks * 2048, 3) };
}

/** A command as a driver writes it. */
export interface Issued {
  readonly slot?: number;
  readonly sector?: number;
  readonly count?: number;
  readonly features?: number;
  readonly device?: number;
  /** Where its data is, and how many bytes of it; none: no data. */
  readonly regions?: readonly (readonly [address: number, bytes: number])[];
  readonly packet?: readonly number[];
  /** Bytes of the FIS other than those of a command. */
  readonly fis?: Readonly<Record<number, number>>;
  /** Flags of its header. */
  readonly flags?: number;
}

/** The controller with drives in memory, and what a driver does with it. */
export class AhciRig extends CardRig {
  readonly media: ReadonlyMap<string, MemoryBlock>;
  readonly sent: InterruptMessage[] = [];
  readonly ahci: AhciController;

  constructor(...drives: readonly DriveOfRig[]) {
    super();
    this.media = new Map(drives.map(({ name, bytes }) => [name, new MemoryBlock(name, bytes, this)]));
    this.ahci = new AhciController({
      ...this.board,
      device: 5,
      sendMessage: (message) => this.sent.push(message) > 0,
      drives: drives.map((drive) => ({ ...drive, port: this.media.get(drive.name)! })),
    });
    this.enable(this.ahci.pciFunction, [0, 0, 0, 0, INDEX, REGISTERS]);
  }

  get medium(): MemoryBlock {
    return [...this.media.values()][0]!;
  }

  read(register: number, size = 4): number {
    return this.regions[0]!.read(register, size) >>> 0;
  }

  write(register: number, value: number, size = 4): void {
    this.regions[0]!.write(register, size, value);
  }

  /** Sets a port up, and starts it; interrupts are on. */
  start(port = 0): this {
    const at = port * 0x80;
    this.write(Port.clb + at, LIST);
    this.write(Port.fb + at, RECEIVED);
    this.write(Port.cmd + at, 0x10);
    this.write(Port.is + at, 0xffffffff);
    this.write(Port.cmd + at, STARTED);
    this.write(Port.ie + at, 0xffffffff);
    this.write(Host.ghc, 2);
    return this;
  }

  /** Writes a command of 48 bits into its slot, without issuing it. */
  prepare(code: number, issued: Issued = {}): void {
    const { slot = 0, sector = 0, count = 0, features = 0, device = 0x40, regions = [], packet, fis = {} } = issued;
    const table = TABLES + slot * TABLE_BYTES;
    const byte = (n: number) => Math.floor(sector / 256 ** n) & 0xff;
    const bytes = [0x27, 0x80, code, features & 0xff, byte(0), byte(1), byte(2), device, byte(3), byte(4), byte(5)];
    this.bytes.set([...bytes, features >> 8, count & 0xff, count >> 8, 0, 0, 0, 0, 0, 0], table);
    for (const [at, value] of Object.entries(fis)) this.bytes[table + Number(at)] = value;
    if (packet !== undefined) this.bytes.set([...packet, ...new Array(16 - packet.length).fill(0)], table + 0x40);
    regions.forEach(([address, length], n) => {
      this.put(table + 0x80 + 16 * n, address, 0, 0, length - 1);
    });
    const flags = 5 | (packet === undefined ? 0 : 0x20) | (issued.flags ?? 0);
    this.put(LIST + 32 * slot, flags | (regions.length << 16), 0, table, 0);
  }

  issue(code: number, issued: Issued = {}): void {
    this.prepare(code, issued);
    this.write(Port.ci, 1 << (issued.slot ?? 0));
  }

  /** READ or WRITE FPDMA QUEUED. */
  queue(kind: 'read' | 'write', tag: number, sector: number, count: number, address: number, device = 0x40): void {
    const regions: Issued['regions'] = [[address, count * 512]];
    this.prepare(kind === 'read' ? 0x60 : 0x61, {
      slot: tag,
      sector,
      count: tag << 3,
      features: count,
      device,
      regions,
    });
    this.write(Port.sact, 1 << tag);
    this.write(Port.ci, 1 << tag);
  }

  /** Lets time pass until nothing is under way. */
  settle(): void {
    for (let n = 0; n < 10_000 && this.events.nextDeadline() < Infinity; n++) this.advance(REQUEST_TIME);
  }

  data(length: number, address = DATA): Uint8Array {
    return this.bytes.slice(address, address + length);
  }

  received(at: number, length: number): number[] {
    return [...this.bytes.subarray(RECEIVED + at, RECEIVED + at + length)];
  }

  get registersFis(): number[] {
    return this.received(0x40, 20);
  }

  /** Bytes that the command in a slot has moved, as its header says. */
  moved(slot = 0): number {
    return this.get(LIST + 32 * slot + 4);
  }
}
