import type { InterruptMessage } from '../../../../runtime/bus/interrupt-message.ts';
import { Pvscsi } from '../../../../runtime/devices/pvscsi/index.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { CardRig, MMIO } from '../network/card-rig.ts';

export const SECTORS = 4096;
export const CD_BLOCKS = 100;
/** Registers. */
export const Reg = {
  command: 0,
  data: 4,
  status: 8,
  interruptStatus: 0x100c,
  interruptMask: 0x2010,
  kick: 0x3014,
} as const;
/** Where the driver has its rings and data. */
export const Place = {
  state: 0x10000,
  requests: 0x11000,
  completions: 0x12000,
  messages: 0x13000,
  data: 0x40000,
  sense: 0x30000,
} as const;
export const REQUESTS = 32;
export const COMPLETIONS = 128;

/** Bytes of a disk, no two sectors alike. */
export const contents = (sectors: number): Uint8Array =>
  Uint8Array.from({ length: sectors * 512 }, (_, n) => (n >> 9) * 7 + n);

/** A request: words of its data, and where they are. */
export interface Asked {
  readonly command: readonly number[];
  readonly target?: number;
  readonly unit?: number;
  readonly data?: number;
  readonly length?: number;
  readonly flags?: number;
}

export interface Completed {
  readonly context: number;
  readonly moved: number;
  readonly hostStatus: number;
  readonly status: number;
  /** Key, code and qualifier; null: there is no sense data. */
  readonly sense: readonly number[] | null;
}

/** A controller with a disk (0), a disk that is only to be read (3) and a CD-ROM drive (5), and a driver for them. */
export class PvscsiRig extends CardRig {
  readonly disk = new MemoryBlock('disk', contents(SECTORS), this);
  readonly fixed = new MemoryBlock('fixed', contents(16), this);
  readonly cd = new MemoryBlock('cd', contents(CD_BLOCKS * 4), this);
  readonly messages: InterruptMessage[] = [];
  readonly device: Pvscsi;
  #context = 0;
  #completed = 0;

  constructor(hasMessages = false) {
    super();
    this.fixed.isReadOnly = true;
    const sendMessage = (message: InterruptMessage) => this.messages.push(message) > 0;
    this.device = new Pvscsi({
      ...{ ...this.board, name: 'pvscsi', device: 3 },
      drives: [
        { name: 'd0', id: 0, media: 'disk', serial: 'abc', port: this.disk },
        { name: 'd3', id: 3, media: 'disk', port: this.fixed },
        { name: 'd5', id: 5, media: 'cdrom', port: this.cd },
      ],
      sendMessage: hasMessages ? sendMessage : undefined,
    });
    this.enable(this.device.pciFunction, [MMIO]);
  }

  register(offset: number, value?: number): number {
    const region = this.regions[0]!;
    if (value === undefined) return region.read(offset, 4);
    region.write(offset, 4, value);
    return 0;
  }

  /** Gives the adapter a command; its status. */
  command(code: number, ...data: number[]): number {
    this.register(Reg.command, code);
    for (const word of data) this.register(Reg.data, word);
    return this.register(Reg.status);
  }

  /** Sets up rings of a page each. */
  start(): this {
    this.#completed = 0;
    const lists = Array<number>(128).fill(0);
    lists[0] = Place.requests >> 12;
    lists[64] = Place.completions >> 12;
    this.command(3, 1, 1, Place.state >> 12, 0, ...lists);
    this.register(Reg.interruptMask, 1);
    return this;
  }

  /** Puts a request into the ring; its context. */
  submit({ command, target = 0, unit = 0, data = Place.data, length = 0, flags = 0 }: Asked): number {
    const producer = this.get(Place.state);
    const at = Place.requests + 128 * (producer % REQUESTS);
    const context = ++this.#context;
    this.bytes.fill(0, at, at + 128);
    this.put(at, context, 0, data, 0, length, 0, Place.sense + 32 * (context % 64), 0, 32, flags);
    this.bytes.set(command, at + 40);
    this.bytes.set([command.length, 0, unit], at + 56);
    this.bytes[at + 67] = target;
    this.put(Place.state, (producer + 1) >>> 0);
    return context;
  }

  kick(): void {
    this.register(Reg.kick, 0);
  }

  /** Completions that are new. */
  completions(): Completed[] {
    const found: Completed[] = [];
    for (; this.#completed !== this.get(Place.state + 12) && found.length <= COMPLETIONS; this.#completed++) {
      const at = Place.completions + 32 * (this.#completed % COMPLETIONS);
      const [context, moved, senseLength] = [this.get(at), this.get(at + 8), this.get(at + 16)];
      const sense = this.bytes.subarray(Place.sense + 32 * (context % 64)).subarray(0, senseLength);
      found.push({
        ...{ context, moved, hostStatus: this.get(at + 20) & 0xffff, status: this.get(at + 20) >>> 16 },
        sense: senseLength === 0 ? null : [sense[2]!, sense[12]!, sense[13]!],
      });
    }
    this.put(Place.state + 16, this.#completed);
    return found;
  }

  /** Executes a request, and waits. */
  ask(asked: Asked): Completed {
    const context = this.submit(asked);
    this.kick();
    this.advance(10_000_000);
    const found = this.completions();
    if (found.length !== 1 || found[0]!.context !== context) throw new Error(`${found.length} completions`);
    return found[0]!;
  }

  /** Executes one that gives data. */
  data(command: readonly number[], length: number, target = 0): Uint8Array {
    const { moved } = this.ask({ command, length, target, flags: 8 });
    return this.bytes.slice(Place.data, Place.data + moved);
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
