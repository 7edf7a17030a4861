import type { InterruptMessage } from '../../../../runtime/bus/interrupt-message.ts';
import { Mptsas1068 } from '../../../../runtime/devices/mptsas1068/index.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { CardRig, MMIO, PORTS } from '../network/card-rig.ts';

export const SECTORS = 4096;
export const CD_BLOCKS = 100;
/** Registers. */
export const Reg = {
  doorbell: 0x00,
  sequence: 0x04,
  diagnostic: 0x08,
  interruptStatus: 0x30,
  interruptMask: 0x34,
  requests: 0x40,
  replies: 0x44,
} as const;
/** Where the driver has its frames, sense data, pages and data. */
export const Place = {
  requests: 0x10000,
  replies: 0x20000,
  sense: 0x30000,
  page: 0x38000,
  data: 0x40000,
} as const;
const FRAME_BYTES = 128;
const FRAMES = 256;
const REPLY_FRAMES = 64;
export const DIAGNOSTIC = MMIO + 0x10000;
export const keys = [0x4, 0xb, 0x2, 0x7, 0xd] as const;

/** Bytes of a disk, no two sectors alike. */
export const contents = (sectors: number): Uint8Array =>
  Uint8Array.from({ length: sectors * 512 }, (_, n) => (n >> 9) * 7 + n);

/** Flags of an element of a scatter list: simple, the last one of all; one that others follow; one that names the next part. */
export const LAST = 0xd1000000;
export const SIMPLE = 0x10000000;
export const LAST_OF_PART = 0x90000000;
export const CHAIN = 0x30000000;
export const WIDE = 0x02000000;

/** A SCSI IO request; its scatter list as words, by default one element. */
export interface Asked {
  readonly command: readonly number[];
  readonly target?: number;
  readonly bus?: number;
  readonly unit?: number;
  readonly length?: number;
  readonly isOut?: boolean;
  readonly list?: readonly number[];
  readonly chainOffset?: number;
}

/** A reply: by its context alone, or by a frame of so many words. */
export interface Replied {
  readonly context: number;
  readonly words: readonly number[] | null;
}

/** The fields of a reply to a SCSI IO request that tests look at. */
export interface Outcome {
  readonly status: number;
  readonly state: number;
  readonly iocStatus: number;
  readonly moved: number;
  /** Key, code and qualifier; null: there is no sense data. */
  readonly sense: readonly number[] | null;
}

/** A controller with a disk (0), a disk that is only to be read (3) and a CD-ROM drive (5), and a driver for them. */
export class MptsasRig extends CardRig {
  readonly disk = new MemoryBlock('disk', contents(SECTORS), this);
  readonly fixed = new MemoryBlock('fixed', contents(16), this);
  readonly cd = new MemoryBlock('cd', contents(CD_BLOCKS * 4), this);
  readonly messages: InterruptMessage[] = [];
  readonly device: Mptsas1068;
  #context = 0;

  constructor(hasMessages = false) {
    super();
    this.fixed.isReadOnly = true;
    const sendMessage = (message: InterruptMessage) => this.messages.push(message) > 0;
    this.device = new Mptsas1068({
      ...{ ...this.board, name: 'mptsas1068', device: 3 },
      drives: [
        { name: 'd0', id: 0, media: 'disk', serial: 'abc', port: this.disk },
        { name: 'd3', id: 3, media: 'disk', port: this.fixed },
        { name: 'd5', id: 5, media: 'cdrom', port: this.cd },
      ],
      sendMessage: hasMessages ? sendMessage : undefined,
    });
    this.place();
  }

  place(): void {
    this.enable(this.device.pciFunction, [PORTS, MMIO, DIAGNOSTIC]);
  }

  read(offset: number): number {
    return this.regions[0]!.read(offset, 4);
  }

  write(offset: number, value: number): void {
    this.regions[0]!.write(offset, 4, value);
  }

  /** Sends a message by the doorbell; its reply of so many words. */
  handshake(message: readonly number[], words: number): number[] {
    this.write(Reg.doorbell, 0x42000000 | (message.length << 16));
    this.write(Reg.interruptStatus, 0);
    for (const word of message) this.write(Reg.doorbell, word);
    const halves = Array.from({ length: 2 * words }, () => {
      const half = this.read(Reg.doorbell) & 0xffff;
      this.write(Reg.interruptStatus, 0);
      return half;
    });
    this.write(Reg.interruptStatus, 0);
    return Array.from({ length: words }, (_, n) => (halves[2 * n]! | (halves[2 * n + 1]! << 16)) >>> 0);
  }

  /** Initialises the controller, and gives it frames for replies. */
  start(frames = REPLY_FRAMES): this {
    this.handshake([0x02000004, 0x00010800, 0, FRAME_BYTES, 0, 0], 5);
    for (let n = 0; n < frames; n++) this.write(Reg.replies, Place.replies + FRAME_BYTES * n);
    this.write(Reg.interruptMask, 1);
    return this;
  }

  /** Puts a message of words into a frame, and the frame into the queue; its context, which the message gets. */
  post(message: readonly number[]): number {
    const context = ++this.#context;
    const at = frameAt(context);
    this.bytes.fill(0, at, at + FRAME_BYTES);
    this.put(at, ...message);
    this.put(at + 8, context);
    this.write(Reg.requests, at);
    return context;
  }

  /** Posts a SCSI IO request; its context. */
  submit({ command, target = 0, bus = 0, unit = 0, length = 0, isOut = false, list, chainOffset = 0 }: Asked): number {
    const head = new Uint8Array(48);
    head.set([target, bus, chainOffset, 0, command.length, 18]);
    head[13] = unit;
    head.set(command, 24);
    const view = new DataView(head.buffer);
    view.setUint32(20, length === 0 ? 0 : isOut ? 0x01000000 : 0x02000000, true);
    view.setUint32(40, length, true);
    view.setUint32(44, Place.sense + 32 * ((this.#context + 1) % FRAMES), true);
    const words = Array.from({ length: 12 }, (_, n) => view.getUint32(4 * n, true));
    return this.post([...words, ...(list ?? [LAST | length, Place.data])]);
  }

  /** Takes the replies that there are, and gives their frames back. */
  replies(): Replied[] {
    const found: Replied[] = [];
    for (let reply = this.read(Reg.replies); reply !== 0xffffffff; reply = this.read(Reg.replies)) {
      if (reply < 0x80000000) found.push({ context: reply, words: null });
      else {
        const at = (reply << 1) >>> 0;
        const words = Array.from({ length: this.bytes[at + 2]! }, (_, n) => this.get(at + 4 * n));
        found.push({ context: words[2]!, words });
        this.write(Reg.replies, at);
      }
    }
    return found;
  }

  /** The outcome that a reply to a SCSI IO request tells. */
  outcome({ context, words }: Replied, length: number): Outcome {
    if (words === null) return { status: 0, state: 0, iocStatus: 0, moved: length, sense: null };
    const sense = this.bytes.subarray(Place.sense + 32 * (context % FRAMES));
    return {
      status: words[3]! & 0xff,
      state: (words[3]! >> 8) & 0xff,
      iocStatus: words[3]! >>> 16,
      moved: words[5]!,
      sense: words[6] === 0 ? null : [sense[2]!, sense[12]!, sense[13]!],
    };
  }

  /** Executes a SCSI IO request, and waits. */
  ask(asked: Asked): Outcome {
    const context = this.submit(asked);
    this.advance(10_000_000);
    return this.outcome(this.only(context), asked.length ?? 0);
  }

  /** Posts a message, and takes its reply. */
  tell(message: readonly number[]): readonly number[] {
    return this.only(this.post(message)).words!;
  }

  only(context: number): Replied {
    const found = this.replies();
    if (found.length !== 1 || found[0]!.context !== context) throw new Error(`${found.length} replies`);
    return found[0]!;
  }

  /** Asks for a configuration page: the words of the reply, and the page, as far as there is one. */
  page(type: number, number: number, address = 0, action = 1): { reply: readonly number[]; page: Uint8Array } {
    this.bytes.fill(0xee, Place.page, Place.page + 1024);
    const reply = this.tell(pageMessage(type, number, address, action));
    const words = type > 0xf ? reply[1]! & 0xffff : (reply[5]! >> 8) & 0xff;
    return { reply, page: this.bytes.slice(Place.page, Place.page + 4 * words) };
  }

  /** Task management: the words of its reply. */
  manage(type: number, { target = 0, bus = 0, unit = 0, task = 0 } = {}): readonly number[] {
    return this.tell([...taskMessage(type, { target, bus, unit }), task]);
  }

  /** Takes the conditions that the reset has left. */
  attend(): this {
    for (const target of [0, 3, 5]) this.ask({ command: [0, 0, 0, 0, 0, 0], target });
    return this;
  }
}

/** Where the driver has the frame of a context. */
export const frameAt = (context: number): number => Place.requests + FRAME_BYTES * (context % FRAMES);

/** A message that asks for a configuration page. */
export function pageMessage(type: number, number: number, address: number, action: number): number[] {
  const [kind, extended] = type > 0xf ? [0xf, type << 16] : [type, 0];
  const head = [0x04000000 | action, extended, 0, 0, 0, (kind << 24) | (number << 16)];
  return [...head, address, LAST | 1024, Place.page];
}

/** A message for task management without its last word, the context of a task. */
export function taskMessage(type: number, { target = 0, bus = 0, unit = 0 }): number[] {
  return [0x01000000 | (bus << 8) | target, type << 8, 0, unit << 8, ...Array<number>(8).fill(0)];
}

/** A command block of ten bytes that names blocks. */
export const block10 = (operation: number, block: number, count: number, flags = 0): number[] => [
  ...[operation, flags, block >>> 24, (block >> 16) & 0xff, (block >> 8) & 0xff, block & 0xff, 0],
  ...[count >> 8, count & 0xff, 0],
];
