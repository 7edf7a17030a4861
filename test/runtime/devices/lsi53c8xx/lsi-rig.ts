import { Lsi53c8xx } from '../../../../runtime/devices/lsi53c8xx/index.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { CardRig, MMIO, PORTS } from '../network/card-rig.ts';

export const SECTORS = 4096;
/** Registers. */
export const Reg = {
  control1: 0x01,
  dmaStatus: 0x0c,
  status1: 0x0e,
  interrupts: 0x14,
  signal: 0x1a,
  structure: 0x10,
  byteCount: 0x24,
  script: 0x2c,
  operand: 0x30,
  dmaEnable: 0x39,
  enable0: 0x40,
  enable1: 0x41,
  reason0: 0x42,
  reason1: 0x43,
  inputLatch: 0x50,
  control0: 0x56,
  busData: 0x58,
  scratchA: 0x34,
  jump1: 0xc0,
  jump2: 0xc4,
  remaining: 0xc8,
  updated: 0xcc,
  movedInAll: 0xdc,
} as const;
/** Where the driver has its program, messages, the command, answers and data. */
export const Place = {
  script: 0x1000,
  message: 0x2000,
  command: 0x2100,
  status: 0x2200,
  answer: 0x2300,
  data: 0x40000,
} as const;
export const RAM = MMIO + 0x10000;

/** Instructions. */
export const move = (phase: number, count: number, address: number): number[] => [(phase << 24) | count, address];
export const select = (target: number, alternative = 0): number[] => [0x41000000 | (target << 16), alternative];
export const interrupt = (code: number): number[] => [0x98080000, code];
export const WAIT_DISCONNECT = [0x48000000, 0] as const;
/** Jumps when a phase is there, or is not, by so many bytes. */
export const jumpUnless = (phase: number, bytes: number): number[] => [0x80830000 | (phase << 24), bytes];
const [DATA_OUT, DATA_IN, COMMAND, STATUS, MESSAGE_OUT, MESSAGE_IN] = [0, 1, 2, 3, 6, 7];

/** Bytes of a disk, no two sectors alike. */
export const contents = (sectors: number): Uint8Array =>
  Uint8Array.from({ length: sectors * 512 }, (_, n) => (n >> 9) * 7 + n);

export interface Asked {
  readonly command: readonly number[];
  readonly target?: number;
  readonly unit?: number;
  readonly length?: number;
  readonly isOut?: boolean;
}

/** A controller with a disk (0), one that is only to be read (3) and a CD-ROM drive (5), and a driver for them. */
export class LsiRig extends CardRig {
  readonly disk = new MemoryBlock('disk', contents(SECTORS), this);
  readonly fixed = new MemoryBlock('fixed', contents(16), this);
  readonly cd = new MemoryBlock('cd', contents(400), this);
  readonly device: Lsi53c8xx;

  constructor() {
    super();
    this.fixed.isReadOnly = true;
    this.device = new Lsi53c8xx({
      ...{ ...this.board, name: 'lsi', device: 3, deviceId: 0x12 },
      drives: [
        { name: 'd0', id: 0, media: 'disk', serial: 'abc', port: this.disk },
        { name: 'd3', id: 3, media: 'disk', port: this.fixed },
        { name: 'd5', id: 5, media: 'cdrom', port: this.cd },
      ],
    });
    this.place();
  }

  /** Puts registers and RAM where the driver wants them, and turns its interrupts on. */
  place(): void {
    this.enable(this.device.pciFunction, [PORTS, MMIO, RAM]);
    this.write(Reg.dmaEnable, 0x7d);
    this.write(Reg.enable0, 0x8f);
    this.write(Reg.enable1, 0x04);
  }

  read(offset: number, size = 1): number {
    return this.regions[0]!.read(offset, size);
  }

  write(offset: number, value: number, size = 1): void {
    this.regions[0]!.write(offset, size, value);
  }

  /** Has a program executed; what it waits for takes its time. */
  run(...words: number[]): void {
    this.put(Place.script, ...words);
    this.write(Reg.script, Place.script, 4);
    this.advance(10_000_000);
  }

  /** Reasons of interrupts: of DMA, and two of the bus. They are gone afterwards. */
  reasons(): number[] {
    return [Reg.dmaStatus, Reg.reason0, Reg.reason1].map((offset) => this.read(offset));
  }

  /** The program of a command as a simple driver has it. */
  program({ command, target = 0, unit = 0, length = 0, isOut = false }: Asked): number[] {
    this.bytes.set([0x80 | unit], Place.message);
    this.bytes.set(command, Place.command);
    const phase = isOut ? DATA_OUT : DATA_IN;
    return [
      ...select(target),
      ...move(MESSAGE_OUT, 1, Place.message),
      ...move(COMMAND, command.length, Place.command),
      ...(length === 0 ? [] : [...jumpUnless(phase, 8), ...move(phase, length, Place.data)]),
      ...move(STATUS, 1, Place.status),
      ...move(MESSAGE_IN, 1, Place.answer),
      ...WAIT_DISCONNECT,
      ...interrupt(0x1234),
    ];
  }

  /** Executes a command; its status. Throws if its program did not come to its end. */
  ask(asked: Asked): number {
    this.bytes.set([0xee, 0xee], Place.status);
    this.run(...this.program(asked));
    const reasons = this.reasons();
    const code = this.read(Reg.operand, 4);
    if (reasons.join() !== '132,0,0' || code !== 0x1234)
      throw new Error(
        `reasons ${reasons.join(' ')}, at ${this.read(Reg.script, 4).toString(16)}, ${code.toString(16)}`,
      );
    return this.bytes[Place.status]!;
  }

  /** Executes one that gives data, which must be as long. */
  data(command: readonly number[], length: number, target = 0): Uint8Array {
    if (this.ask({ command, length, target }) !== 0) throw new Error('it failed');
    return this.bytes.slice(Place.data, Place.data + length);
  }

  /** Takes the conditions that the reset has left. */
  attend(): this {
    for (const target of [0, 3, 5]) this.ask({ command: [0, 0, 0, 0, 0, 0], target });
    return this;
  }
}

/** A command block of ten bytes that names blocks. */
export const block10 = (operation: number, block: number, count: number, flags = 0): number[] => [
  ...[operation, flags, block >>> 24, (block >> 16) & 0xff, (block >> 8) & 0xff, block & 0xff, 0],
  ...[count >> 8, count & 0xff, 0],
];
