import { DeliveryMode } from '../../../runtime/bus/interrupt-message.ts';
import { SHARED_BYTES } from '../../../runtime/devices/xen-platform/registers.ts';
import type { HostStream } from '../../../runtime/host/stream.ts';
import type { BusMemory } from '../../../runtime/memory/bus-memory.ts';
import { PageWalk } from '../../../runtime/memory/paging.ts';
import { PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { SPECIAL_BASE, SPECIAL_PAGES } from '../../../runtime/xen/abi.ts';
import { Xen } from '../../../runtime/xen/index.ts';
import { MemoryBlock } from '../../support/memory-block.ts';
import { TestCable } from '../devices/network/card-rig.ts';
import { Rig, recordedStream } from '../devices/rig.ts';

export const MEMORY_BYTES = 1 << 20;
export const PAGE = 4096;
export const SECTORS = 2048;
/** Where the guest has what it shares, by pages. */
export const Place = {
  shared: 16,
  grants: 17,
  scratch: 18,
  blockRing: 20,
  sendRing: 21,
  receiveRing: 22,
  consoleRing: 23,
  keyboard: 24,
  framebuffer: 25,
  directory: 26,
  data: 32,
} as const;
const DOMAIN = 0x7ff0;

/** Bytes of a disk, no two sectors alike. */
export const contents = (sectors: number): Uint8Array =>
  Uint8Array.from({ length: sectors * 512 }, (_, n) => (n >> 9) * 7 + n);

/** A guest of Xen that the test is: memory where linear addresses are physical ones, two processors, a disk and a network interface. */
export class XenRig extends Rig {
  readonly map = new PhysicalMap(new GuestRam(MEMORY_BYTES, SHARED_BYTES));
  readonly bytes = this.map.ram.bytes.subarray(0, MEMORY_BYTES);
  readonly view = new DataView(this.bytes.buffer);
  readonly special = new Uint8Array(SPECIAL_PAGES * PAGE);
  readonly disk = new MemoryBlock('disk', contents(SECTORS), this);
  readonly cable = new TestCable();
  readonly balloon = { stream: recordedStream(), statistics: recordedStream() };
  readonly consoles = [recordedStream(), recordedStream()] as const;
  readonly keys = recordedStream();
  readonly pointer = recordedStream();
  /** Vectors that processors were told of events by. */
  readonly upcalls: [processor: number, vector: number][] = [];
  /** By processor: interrupts that are given past the APIC. */
  readonly directs: ({ readonly vector: number; readonly pending: boolean } | null)[] = [];
  readonly released: number[] = [];
  readonly offs: string[] = [];
  readonly xen: Xen;
  readonly #registers = new Int32Array(8);
  processor = 0;
  /** How often the guest has unplugged something. */
  unplugs = 0;
  /** Ends of interrupt lines that were made. */
  lineEnds = 0;
  isSystem = true;

  readonly memory: BusMemory = {
    has: (address, length) => this.#part(address, length) !== null,
    read: (address, target) => {
      const part = this.#part(address, target.length);
      if (part === null) target.fill(0xff);
      else target.set(part);
    },
    write: (address, bytes) => {
      this.#part(address, bytes.length)?.set(bytes);
      if (address < MEMORY_BYTES) this.map.ram.frames.stored(address, bytes.length, 'device');
    },
  };

  constructor(consoles?: readonly HostStream[]) {
    super();
    const { memory, clock, events, guestError, ports, irq, map, keys, pointer } = this;
    // A real line has no more.
    const line = () => {
      if (++this.lineEnds > 32) throw new Error('more than 32 inputs');
      return irq;
    };
    this.xen = new Xen({
      ...{ memory, clock, events, guestError, ports, irq: line, pciIrq: line },
      ...{ version: 0x40011, memoryBytes: MEMORY_BYTES, device: 2, firstFrame: 0 },
      map,
      localApics: [0, 1].map((processor) => ({
        deliver: ({ mode, vector }) => {
          if (mode === DeliveryMode.fixed) this.upcalls.push([processor, vector]);
        },
        setDirect: (direct) => {
          this.directs[processor] = direct;
          if (direct?.pending) this.upcalls.push([processor, direct.vector]);
        },
      })),
      power: {
        powerOff: () => this.offs.push('off'),
        reset: () => this.offs.push('reset'),
        wake: () => this.offs.push('wake'),
      } as never,
      secondsAtStart: () => 1000.5,
      unplugged: () => this.unplugs++,
      releasePages: (pages) => this.released.push(...pages),
      disks: [{ name: 'disk', index: 0, port: this.disk }],
      cards: [{ name: 'card', mac: [0x52, 0x54, 0, 0x12, 0x34, 0x56], port: this.cable }],
      consoles: consoles ?? this.consoles,
      balloon: this.balloon,
      keyboard: { keys, pointer },
      hasFramebuffer: true,
    });
    const result = new PageWalk();
    const allows = (linear: number) => {
      result.page = linear >>> 12;
      return linear >>> 0 < MEMORY_BYTES;
    };
    const [registers, isSystem] = [this.#registers, () => this.isSystem];
    this.xen.connect({
      ...{ paging: { allows, result }, isSystem },
      registers: {
        get: (register) => registers[register]!,
        set: (register, value) => {
          registers[register] = value;
        },
      },
      running: () => ({ processor: this.processor, timestampOffset: [5, 0] }),
    });
  }

  #part(address: number, length: number): Uint8Array | null {
    const [at, bytes] = address >= SPECIAL_BASE ? [address - SPECIAL_BASE, this.special] : [address, this.bytes];
    return at + length <= bytes.length ? bytes.subarray(at, at + length) : null;
  }

  /** A hypercall with words at a place for its structure. */
  call(number: number, ...given: readonly number[]): number {
    this.#registers.set([number, given[1] ?? 0, given[2] ?? 0, given[0] ?? 0, 0, 0, given[3] ?? 0, given[4] ?? 0]);
    this.xen.call();
    return this.#registers[0]!;
  }

  /** A call of a family, with a structure of these words; its answer, and the structure afterwards. */
  callWith(number: number, operation: number, ...words: readonly number[]): { answer: number; words: number[] } {
    const at = Place.scratch * PAGE;
    for (const [n, word] of words.entries()) this.view.setUint32(at + 4 * n, word >>> 0, true);
    const answer = this.call(number, operation, at);
    return { answer, words: words.map((_, n) => this.view.getUint32(at + 4 * n, true)) };
  }

  /** Puts the shared page and the grant table in place, and has the first processor told by a vector. */
  start(vector = 0xf3): void {
    this.callWith(12, 7, DOMAIN, 0, 0, Place.shared);
    this.callWith(12, 7, DOMAIN, 1, 0, Place.grants);
    this.callWith(34, 23, 0, vector);
  }

  /** Grants a page; the reference has its number. */
  grant(page: number, flags = 1): number {
    const at = Place.grants * PAGE + page * 8;
    this.view.setUint16(at + 2, 0, true);
    this.view.setUint32(at + 4, page, true);
    this.view.setUint16(at, flags, true);
    return page;
  }

  allocateChannel(): number {
    return this.callWith(32, 6, DOMAIN, 0).words[1]!;
  }

  /** Whether an event is pending at a channel, which it is not any more. */
  takeEvent(channel: number): boolean {
    const at = Place.shared * PAGE + 0x800 + 4 * (channel >> 5);
    const word = this.view.getUint32(at, true);
    this.view.setUint32(at, word & ~(1 << (channel & 31)), true);
    this.view.setUint8(Place.shared * PAGE, 0);
    this.view.setUint32(Place.shared * PAGE + 4, 0, true);
    return ((word >>> (channel & 31)) & 1) === 1;
  }

  /** Sends a message to the store, and gives what has come from there since: types and payloads. */
  store(type: number, payload: string, transaction = 0): [type: number, payload: string][] {
    const ring = new DataView(this.special.buffer, PAGE, PAGE);
    const message = new DataView(new ArrayBuffer(16 + payload.length));
    for (const [n, word] of [type, 7, transaction, payload.length].entries()) message.setUint32(4 * n, word, true);
    for (let n = 0; n < payload.length; n++) message.setUint8(16 + n, payload.charCodeAt(n));
    // The ring has room for so much at a time.
    for (let done = 0; done < message.byteLength; done += 1024) {
      const [produced, count] = [ring.getUint32(2052, true), Math.min(1024, message.byteLength - done)];
      for (let n = 0; n < count; n++) ring.setUint8((produced + n) % 1024, message.getUint8(done + n));
      ring.setUint32(2052, produced + count, true);
      this.call(32, 4, this.#channelAt(1));
    }
    return this.fromStore();
  }

  /** Sends a message again and again, and reads nothing: how often the store has taken it. */
  flood(type: number, payload: string, times: number): number {
    const ring = new DataView(this.special.buffer, PAGE, PAGE);
    const bytes = 16 + payload.length;
    for (let n = 0; n < times; n++) {
      const [consumed, produced] = [ring.getUint32(2048, true), ring.getUint32(2052, true)];
      if (produced - consumed + bytes > 1024) return n;
      for (const [at, word] of [type, 7, 0, payload.length].entries())
        for (let byte = 0; byte < 4; byte++) ring.setUint8((produced + 4 * at + byte) % 1024, word >>> (8 * byte));
      for (let at = 0; at < payload.length; at++) ring.setUint8((produced + 16 + at) % 1024, payload.charCodeAt(at));
      ring.setUint32(2052, produced + bytes, true);
      this.call(32, 4, this.#channelAt(1));
    }
    return times;
  }

  #channelAt(channel: number): number {
    this.view.setUint32(Place.scratch * PAGE, channel, true);
    return Place.scratch * PAGE;
  }

  /** Takes all messages of the store, while there are any. */
  fromStore(): [type: number, payload: string][] {
    const ring = new DataView(this.special.buffer, PAGE, PAGE);
    const bytes: number[] = [];
    for (let rounds = 0; rounds < 100; rounds++) {
      const [consumed, produced] = [ring.getUint32(2056, true), ring.getUint32(2060, true)];
      // A wild guest may have written its own nonsense there.
      if (consumed === produced || (produced - consumed) >>> 0 > 1024) break;
      for (let n = 0; n < (produced - consumed) >>> 0; n++) bytes.push(ring.getUint8(1024 + ((consumed + n) % 1024)));
      ring.setUint32(2056, produced, true);
      this.call(32, 4, this.#channelAt(1));
    }
    const view = new DataView(Uint8Array.from(bytes).buffer);
    const messages: [number, string][] = [];
    for (let at = 0; at + 16 <= bytes.length; at += 16 + view.getUint32(at + 12, true)) {
      const payload = bytes.slice(at + 16, at + 16 + view.getUint32(at + 12, true));
      messages.push([view.getUint32(at, true), String.fromCharCode(...payload)]);
    }
    return messages;
  }

  /** The answer to a message, without events. */
  ask(type: number, payload: string, transaction = 0): string {
    const answers = this.store(type, payload, transaction).filter(([type]) => type !== 15);
    return answers.map(([type, payload]) => (type === 16 ? `error ${payload}` : payload)).join('|');
  }

  /** The page of a console's rings: the first one's is among those of the hypervisor. */
  consolePage(console: number): DataView {
    return console === 0
      ? new DataView(this.special.buffer, 0, PAGE)
      : new DataView(this.bytes.buffer, Place.consoleRing * PAGE, PAGE);
  }

  /** Connects the front end of the second console; its channel. */
  connectConsole(ring = this.grant(Place.consoleRing)): number {
    const channel = this.allocateChannel();
    this.ask(11, `device/console/1/ring-ref\0${ring}`);
    this.ask(11, `device/console/1/port\0${channel}`);
    this.ask(11, 'device/console/1/state\x003');
    return channel;
  }

  /** The front end of the keyboard says where its page is, and that it is there; its channel. */
  connectKeyboard(nodes: Readonly<Record<string, string>> = {}): number {
    const channel = this.allocateChannel();
    const page = { 'page-gref': `${this.grant(Place.keyboard)}` };
    this.#enter('vkbd', { ...('page-ref' in nodes ? {} : page), 'event-channel': `${channel}`, ...nodes });
    return channel;
  }

  /** Events that the keyboard's ring has and that the guest takes; it tells of that. */
  keyboardEvents(channel: number): DataView[] {
    const page = Place.keyboard * PAGE;
    const [consumed, produced] = [this.view.getUint32(page, true), this.view.getUint32(page + 4, true)];
    this.view.setUint32(page, produced, true);
    const events = Array.from({ length: (produced - consumed) >>> 0 }, (_, n) => {
      const at = page + 1024 + (((consumed + n) >>> 0) % 51) * 40;
      return new DataView(this.bytes.slice(at, at + 40).buffer);
    });
    this.callWith(32, 4, channel);
    return events;
  }

  /** The front end of the framebuffer says that it is there: its page has the layout already; its channel. */
  connectFramebuffer(nodes: Readonly<Record<string, string>> = {}): number {
    const channel = this.allocateChannel();
    const usual = { 'page-ref': `${Place.framebuffer}`, 'event-channel': `${channel}`, protocol: 'x86_32-abi' };
    this.#enter('vfb', { ...usual, ...nodes });
    return channel;
  }

  /** The front end of the framebuffer sends an event: its type and words. */
  framebufferEvent(channel: number, type: number, ...words: readonly number[]): void {
    const page = Place.framebuffer * PAGE;
    const produced = this.view.getUint32(page + 12, true);
    const at = page + 2048 + (produced % 51) * 40;
    this.view.setUint8(at, type);
    for (const [n, word] of words.entries()) this.view.setInt32(at + 4 + 4 * n, word, true);
    this.view.setUint32(page + 12, produced + 1, true);
    this.callWith(32, 4, channel);
  }

  /** Writes nodes of a front end, then its state. */
  #enter(kind: string, nodes: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries({ ...nodes, state: '3' }))
      this.ask(11, `device/${kind}/0/${name}\0${value}`);
  }

  /** The guest writes to a console. */
  say(console: number, channel: number, text: string): void {
    const page = this.consolePage(console);
    const produced = page.getUint32(3084, true);
    for (let n = 0; n < text.length; n++) page.setUint8(1024 + ((produced + n) % 2048), text.charCodeAt(n));
    page.setUint32(3084, produced + text.length, true);
    this.callWith(32, 4, channel);
  }

  /** The guest takes all that has come from a console, and tells of it. */
  hear(console: number, channel: number): string {
    const page = this.consolePage(console);
    const [consumed, produced] = [page.getUint32(3072, true), page.getUint32(3076, true)];
    const codes = Array.from({ length: produced - consumed }, (_, n) => page.getUint8((consumed + n) % 1024));
    page.setUint32(3072, produced, true);
    this.callWith(32, 4, channel);
    return String.fromCharCode(...codes);
  }

  /** Connects the front end of the disk; its channel. */
  connectDisk(ring = this.grant(Place.blockRing)): number {
    const channel = this.allocateChannel();
    // It is to be told of the first answer.
    this.view.setUint32(Place.blockRing * PAGE + 12, 1, true);
    this.ask(11, `device/vbd/51712/ring-ref\0${ring}`);
    this.ask(11, `device/vbd/51712/event-channel\0${channel}`);
    this.ask(11, 'device/vbd/51712/state\x003');
    return channel;
  }

  /** Puts requests of the disk into its ring, and tells of them: bytes of each. */
  request(channel: number, ...requests: readonly Uint8Array[]): void {
    this.requestAt(Place.blockRing, channel, ...requests);
  }

  /** Puts requests into a ring of the disk that is in another page. */
  requestAt(page: number, channel: number, ...requests: readonly Uint8Array[]): void {
    const ring = page * PAGE;
    let produced = this.view.getUint32(ring, true);
    for (const request of requests) this.bytes.set(request, ring + 64 + (produced++ % 32) * 108);
    this.view.setUint32(ring, produced, true);
    this.call(32, 4, this.#channelAt(channel));
  }

  /** Answers that have come from the disk, from the place on that was looked at last: number, operation, status. */
  answers(from = 0, page: number = Place.blockRing): [id: number, operation: number, status: number][] {
    const ring = page * PAGE;
    const produced = this.view.getUint32(ring + 8, true);
    return Array.from({ length: produced - from }, (_, n) => {
      const at = ring + 64 + ((from + n) % 32) * 108;
      return [this.view.getUint32(at, true), this.view.getUint8(at + 8), this.view.getInt16(at + 10, true)];
    });
  }
}

/** A request of the disk: segments are references with their first and last sectors. */
export function blockRequest(
  operation: number,
  id: number,
  sector: number,
  segments: readonly (readonly [reference: number, first: number, last: number])[] = [],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(108));
  view.setUint8(0, operation);
  view.setUint8(1, segments.length);
  view.setUint32(4, id, true);
  view.setUint32(12, sector, true);
  view.setUint32(16, 0, true);
  for (const [n, [reference, first, last]] of segments.entries()) {
    view.setUint32(20 + 8 * n, reference, true);
    view.setUint8(24 + 8 * n, first);
    view.setUint8(25 + 8 * n, last);
  }
  return new Uint8Array(view.buffer);
}
