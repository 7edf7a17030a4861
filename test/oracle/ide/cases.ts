import type { Case, Step } from './program.ts';

const BUS_MASTER = 0xc000;
/** Addresses in the guest's memory: the list of regions, and data. */
const TABLE = 0x10000;
const DATA = 0x20000;
const LAST = 0x80000000;

const out = (port: number, ...values: readonly number[]): Step[] =>
  values.map((value) => ({ type: 'out8', port, value }));
const read = (...ports: readonly number[]): Step[] => ports.map((port) => ({ type: 'in8', port }));
const out32 = (port: number, value: number): Step[] => [{ type: 'out32', port, value }];
const config = (register: number, value: number): Step[] => [
  ...out32(0xcf8, 0x80000900 | register),
  ...out32(0xcfc, value),
];

/** One channel as a driver sees it. */
class Channel {
  readonly base: number;
  readonly busMaster: number;

  constructor(base: number, busMaster: number) {
    this.base = base;
    this.busMaster = busMaster;
  }

  get settle(): Step[] {
    return [{ type: 'wait', port: this.base + 0x206 }];
  }

  get status(): Step[] {
    return [...this.settle, ...read(this.base + 7)];
  }

  /** Until the drive is not busy; its status, error, and the registers from the sector count to the device. */
  get state(): Step[] {
    return [...this.status, ...read(...[1, 2, 3, 4, 5, 6].map((n) => this.base + n))];
  }

  get reset(): Step[] {
    return [...out(this.base + 0x206, 4, 0), ...this.settle];
  }

  /** Device first, as drivers do; then features, sector count, the three registers of the address; then the command. */
  command(code: number, device: number, ...registers: readonly number[]): Step[] {
    const others = registers.flatMap((value, n) => out(this.base + 1 + n, value));
    return [...out(this.base + 6, device), ...others, ...out(this.base + 7, code)];
  }

  /** The same with each register written twice, the high byte first. */
  extended(code: number, device: number, ...registers: readonly (readonly [high: number, low: number])[]): Step[] {
    const others = registers.flatMap((both, n) => out(this.base + 1 + n, ...both));
    return [...out(this.base + 6, device), ...others, ...out(this.base + 7, code)];
  }

  words(type: 'inWords' | 'sumWords' | 'outWords', count: number): Step[] {
    return [{ type, port: this.base, count }];
  }

  /** Blocks of so many words, each when the drive is ready for it, with the status before it; the state after all. */
  blocks(type: 'sumWords' | 'outWords', ...lengths: readonly number[]): Step[] {
    return [...lengths.flatMap((length) => [...this.status, ...this.words(type, length)]), ...this.state];
  }

  /** A packet whose data goes by the data port, in blocks of `limit` bytes at most. */
  packet(limit: number, ...bytes: readonly number[]): Step[] {
    return [...this.#packet(limit, 0, bytes), ...this.state];
  }

  /** A packet whose data the bus master moves, to memory. */
  dmaPacket(length: number, ...bytes: readonly number[]): Step[] {
    return [...this.#packet(0, 1, bytes), ...this.startBusMaster(true, length), ...this.stopBusMaster];
  }

  #packet(limit: number, features: number, bytes: readonly number[]): Step[] {
    const all = Array.from({ length: 6 }, (_, n) => (bytes[2 * n] ?? 0) | ((bytes[2 * n + 1] ?? 0) << 8));
    const sent = all.map((value): Step => ({ type: 'out16', port: this.base, value }));
    return [...this.command(0xa0, 0, features, 0, 0, limit & 0xff, limit >> 8), ...this.state, ...sent];
  }

  /** Lists regions one page from the other, and starts the bus master. */
  startBusMaster(toMemory: boolean, ...lengths: readonly number[]): Step[] {
    const regions = lengths.flatMap((length, n): Step[] => [
      { type: 'store32', address: TABLE + 8 * n, value: DATA + n * 0x1000 },
      { type: 'store32', address: TABLE + 8 * n + 4, value: length + (n === lengths.length - 1 ? LAST : 0) },
    ]);
    const direction = toMemory ? 8 : 0;
    const start = [...out(this.busMaster + 2, 6), ...out(this.busMaster, direction, direction | 1)];
    return [...regions, ...out32(this.busMaster + 4, TABLE), ...start];
  }

  /** The bus master's registers once the drive is not busy, and after it was stopped. */
  get stopBusMaster(): Step[] {
    const ends = [...this.settle, ...read(this.busMaster, this.busMaster + 2), ...out(this.busMaster, 0)];
    return [...ends, ...read(this.busMaster, this.busMaster + 2), ...out(this.busMaster + 2, 4), ...this.state];
  }
}

const first = new Channel(0x1f0, BUS_MASTER);
const second = new Channel(0x170, BUS_MASTER + 8);
const sum = (count: number, page = 0): Step[] => [{ type: 'sumMemory', address: DATA + page * 0x1000, count }];
const setUp = [...config(0x20, BUS_MASTER | 1), ...config(4, 5)];

/** Each case begins with both first drives reset and selected. */
const one = (name: string, ...steps: readonly (readonly Step[])[]): Case => ({
  name,
  steps: [setUp, first.reset, out(0x1f6, 0xa0), second.reset, out(0x176, 0xa0), ...steps].flat(),
});

/** A disk of 4096 sectors is first on the first channel, a CD of 400 blocks is first on the second. */
export const groups: Readonly<Record<string, readonly Case[]>> = {
  channels: [
    { name: 'power on', steps: [...first.state, ...second.state] },
    one(
      'select drives',
      out(0x1f6, 0xb0),
      first.state,
      out(0x1f6, 0xa0),
      first.state,
      out(0x176, 0xb0),
      second.state,
      out(0x176, 0xa0),
      second.state,
    ),
    one('registers keep what is written', out(0x1f2, 0x55), out(0x1f3, 0xaa), out(0x1f4, 0x12), first.state),
    one(
      'the high bytes',
      out(0x1f2, 1, 2),
      out(0x1f3, 3, 4),
      out(0x3f6, 0x80),
      first.state,
      out(0x1f4, 5),
      first.state,
    ),
    one('soft reset', out(0x3f6, 4), read(0x3f6, 0x1f7), out(0x3f6, 0), first.state),
    one('soft reset of the CD', second.reset, second.state),
    one('diagnosis', first.command(0x90, 0xa0), first.state, second.command(0x90, 0xa0), second.state),
    one('device reset', first.command(0x08, 0xa0), first.state, second.command(0x08, 0xa0), second.state),
    one('an unknown command', first.command(0x02, 0xa0), first.state, second.command(0x02, 0xa0), second.state),
    one('commands to nobody', first.command(0xec, 0xb0), first.state, first.words('inWords', 2), out(0x1f6, 0xa0)),
    one(
      'bus master registers',
      out(0xc000, 0xff),
      out(0xc002, 0xff),
      read(0xc000, 0xc002),
      out(0xc000, 0),
      read(0xc002),
    ),
    one('data without a command', first.words('inWords', 2), first.words('outWords', 2), first.state),
  ],
  identify: [
    one('disk', first.command(0xec, 0xa0), first.state, first.words('inWords', 256), first.state),
    one('CD', second.command(0xa1, 0xa0), second.state, second.words('inWords', 256), second.state),
    one('wrong kinds', first.command(0xa1, 0xa0), first.state, second.command(0xec, 0xa0), second.state),
    one('read of a CD', second.command(0x20, 0xa0, 0, 1, 1, 0, 0), second.state),
  ],
  reading: [
    one('one sector', first.command(0x20, 0xe0, 0, 1, 5, 0, 0), first.blocks('sumWords', 256)),
    one('three sectors', first.command(0x20, 0xe0, 0, 3, 0xfe, 0, 0), first.blocks('sumWords', 256, 256, 256)),
    one('by cylinder and head', first.command(0x20, 0xa3, 0, 2, 63, 2, 0), first.blocks('sumWords', 256, 256)),
    one(
      '48 bits',
      first.extended(0x24, 0xe0, [0, 0], [0, 2], [0, 0x34], [0, 2], [0, 0]),
      first.blocks('sumWords', 256, 256),
    ),
    one(
      'multiple',
      first.command(0xc6, 0xe0, 0, 4),
      first.state,
      first.command(0xc4, 0xe0, 0, 6, 1, 1, 0),
      first.blocks('sumWords', 1024, 512),
    ),
    one('beyond the end', first.command(0x20, 0xe0, 0, 2, 0xff, 0x0f, 0), first.state),
    one('verify', first.command(0x40, 0xe0, 0, 7, 0xf0, 1, 0), first.state),
    one('verify beyond the end', first.command(0x40, 0xe0, 0, 2, 0xff, 0x0f, 0), first.state),
    one(
      'DMA',
      first.command(0xc8, 0xe0, 0, 4, 8, 0, 0),
      first.startBusMaster(true, 0x800),
      first.stopBusMaster,
      sum(1024),
    ),
    one(
      'DMA in regions',
      first.command(0xc8, 0xe0, 0, 4, 8, 0, 0),
      first.startBusMaster(true, 0x402, 0x3fe),
      first.stopBusMaster,
      sum(513),
      sum(511, 1),
    ),
    one(
      'DMA of 48 bits',
      first.extended(0x25, 0xe0, [0, 0], [0, 3], [0, 9], [0, 1], [0, 0]),
      first.startBusMaster(true, 0x600),
      first.stopBusMaster,
      sum(768),
    ),
    one(
      'DMA into more than there is',
      first.command(0xc8, 0xe0, 0, 1, 3, 0, 0),
      first.startBusMaster(true, 0x200, 0x200),
      first.stopBusMaster,
      sum(256),
    ),
    one(
      'DMA into too little',
      first.command(0xc8, 0xe0, 0, 2, 3, 0, 0),
      first.startBusMaster(true, 0x200),
      first.stopBusMaster,
    ),
    one(
      'DMA beyond the end',
      first.command(0xc8, 0xe0, 0, 2, 0xff, 0x0f, 0),
      first.startBusMaster(true, 0x400),
      first.stopBusMaster,
    ),
  ],
  writing: [
    one(
      'sectors',
      first.command(0x30, 0xe0, 0, 2, 0x10, 0, 0),
      first.blocks('outWords', 256, 256),
      first.command(0x20, 0xe0, 0, 3, 0x10, 0, 0),
      first.blocks('sumWords', 256, 256, 256),
    ),
    one(
      'multiple',
      first.command(0xc6, 0xe0, 0, 2),
      first.state,
      first.command(0xc5, 0xe0, 0, 3, 0x20, 0, 0),
      first.blocks('outWords', 512, 256),
      first.command(0xc4, 0xe0, 0, 4, 0x20, 0, 0),
      first.blocks('sumWords', 512, 512),
    ),
    one(
      '48 bits',
      first.extended(0x34, 0xe0, [0, 0], [0, 1], [0, 0x30], [0, 0], [0, 0]),
      first.blocks('outWords', 256),
      first.command(0x20, 0xe0, 0, 1, 0x30, 0, 0),
      first.blocks('sumWords', 256),
    ),
    one(
      'DMA',
      first.command(0xc8, 0xe0, 0, 2, 8, 0, 0),
      first.startBusMaster(true, 0x400),
      first.stopBusMaster,
      first.command(0xca, 0xe0, 0, 2, 0x40, 0, 0),
      first.startBusMaster(false, 0x400),
      first.stopBusMaster,
      first.command(0x20, 0xe0, 0, 2, 0x40, 0, 0),
      first.blocks('sumWords', 256, 256),
    ),
    one('beyond the end', first.command(0x30, 0xe0, 0, 2, 0xff, 0x0f, 0), first.state),
    one('flush', first.command(0xe7, 0xe0), first.state, first.command(0xea, 0xe0), first.state),
  ],
  settings: [
    one(
      'multiple of wrong numbers',
      first.command(0xc6, 0xe0, 0, 3),
      first.state,
      first.command(0xc6, 0xe0, 0, 32),
      first.state,
      first.command(0xc6, 0xe0, 0, 0),
      first.state,
      first.command(0xc4, 0xe0, 0, 1, 1, 0, 0),
      first.state,
      first.command(0xc6, 0xe0, 0, 16),
      first.state,
    ),
    one(
      'transfer modes',
      ...[0, 1, 8, 12, 0x10, 0x12, 0x20, 0x22, 0x40, 0x45, 0x80].map((mode) => [
        ...first.command(0xef, 0xe0, 3, mode),
        ...first.state,
      ]),
    ),
    one(
      'features',
      ...[0x02, 0x82, 0x02, 0xaa, 0x55, 0xcc, 0x66, 0x05, 0x85, 0x42, 0xc2, 0x99].map((feature) => [
        ...first.command(0xef, 0xe0, feature, 0),
        ...first.state,
      ]),
    ),
    one(
      'power',
      ...[0xe0, 0xe1, 0xe2, 0xe3, 0xe5, 0xe6, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99].map((code) => [
        ...first.command(code, 0xe0, 0, 0),
        ...first.state,
      ]),
    ),
    one(
      'seek and recalibrate',
      first.command(0x10, 0xe0),
      first.state,
      first.command(0x70, 0xe0, 0, 0, 3, 0, 0),
      first.state,
    ),
    one(
      'native maximum',
      first.command(0xf8, 0xe0),
      first.state,
      first.extended(0x27, 0xe0),
      first.state,
      out(0x3f6, 0x80),
      first.state,
      out(0x1f1, 0),
    ),
    one('initialize parameters', first.command(0x91, 0xaf, 0, 63), first.state),
    one(
      'SMART',
      first.command(0xb0, 0xe0, 0xda, 0, 0, 0x4f, 0xc2),
      first.state,
      first.command(0xb0, 0xe0, 0xda, 0, 0, 0x4f, 0xc1),
      first.state,
      first.command(0xb0, 0xe0, 0xd9, 0, 0, 0x4f, 0xc2),
      first.state,
      first.command(0xb0, 0xe0, 0xda, 0, 0, 0x4f, 0xc2),
      first.state,
      first.command(0xb0, 0xe0, 0xd8, 0, 0, 0x4f, 0xc2),
      first.state,
    ),
  ],
  packets: [
    one('test unit ready', second.packet(0, 0x00)),
    one(
      'an unknown packet',
      second.packet(0, 0x02),
      second.packet(18, 0x03, 0, 0, 0, 18),
      second.words('inWords', 9),
      second.state,
    ),
    one('inquiry', second.packet(36, 0x12, 0, 0, 0, 36), second.words('inWords', 18), second.state),
    one(
      'inquiry in parts',
      second.packet(16, 0x12, 0, 0, 0, 36),
      second.words('sumWords', 8),
      second.state,
      second.words('sumWords', 8),
      second.state,
      second.words('inWords', 2),
      second.state,
    ),
    one(
      'inquiry with an odd limit',
      second.packet(9, 0x12, 0, 0, 0, 20),
      second.words('sumWords', 4),
      second.state,
      second.words('sumWords', 4),
      second.state,
      second.words('inWords', 2),
      second.state,
    ),
    one('inquiry of an odd length', second.packet(9, 0x12, 0, 0, 0, 5), second.words('inWords', 3), second.state),
    one('capacity', second.packet(8, 0x25), second.words('inWords', 4), second.state),
    one('read', second.packet(2048, 0x28, 0, 0, 0, 0, 17, 0, 0, 1), second.words('sumWords', 1024), second.state),
    one(
      'read of two blocks',
      second.packet(2048, 0x28, 0, 0, 0, 0, 17, 0, 0, 2),
      second.words('sumWords', 1024),
      second.state,
      second.words('sumWords', 1024),
      second.state,
    ),
    one(
      'read of 12 bytes',
      second.packet(2048, 0xa8, 0, 0, 0, 0, 3, 0, 0, 0, 1),
      second.words('sumWords', 1024),
      second.state,
    ),
    one('read of nothing', second.packet(2048, 0x28, 0, 0, 0, 0, 17, 0, 0, 0)),
    one(
      'read beyond the end',
      second.packet(2048, 0x28, 0, 0, 0, 1, 0x8f, 0, 0, 2),
      second.packet(18, 0x03, 0, 0, 0, 18),
      second.words('inWords', 9),
      second.state,
    ),
    one('read by DMA', second.dmaPacket(0x1000, 0x28, 0, 0, 0, 0, 5, 0, 0, 2), sum(2048)),
    one('inquiry by DMA', second.dmaPacket(36, 0x12, 0, 0, 0, 36), sum(4)),
    one(
      'whole sector',
      second.packet(2352, 0xbe, 0, 0, 0, 0, 80, 0, 0, 1, 0xf8),
      second.words('inWords', 10),
      second.words('sumWords', 1166),
      second.state,
    ),
    one(
      'user data',
      second.packet(2048, 0xbe, 0, 0, 0, 0, 80, 0, 0, 1, 0x10),
      second.words('sumWords', 1024),
      second.state,
    ),
    one('contents', second.packet(512, 0x43, 0, 0, 0, 0, 0, 0, 2, 0), second.words('inWords', 10), second.state),
    one(
      'contents in minutes',
      second.packet(512, 0x43, 2, 0, 0, 0, 0, 0, 2, 0),
      second.words('inWords', 10),
      second.state,
    ),
    one(
      'contents of the lead-out',
      second.packet(512, 0x43, 0, 0, 0, 0, 0, 0xaa, 2, 0),
      second.words('inWords', 6),
      second.state,
    ),
    one('contents of no track', second.packet(512, 0x43, 0, 0, 0, 0, 0, 7, 2, 0)),
    one('sessions', second.packet(512, 0x43, 0, 1, 0, 0, 0, 0, 2, 0), second.words('inWords', 6), second.state),
    one(
      'sessions, the old way',
      second.packet(512, 0x43, 0, 0, 0, 0, 0, 0, 2, 0, 0x40),
      second.words('inWords', 6),
      second.state,
    ),
    one(
      'raw contents',
      second.packet(512, 0x43, 0, 0, 0, 0, 0, 0, 2, 0, 0x80),
      second.words('inWords', 24),
      second.state,
    ),
    ...[0x01, 0x0e, 0x2a].map((page) =>
      one(
        `mode page ${page}`,
        second.packet(512, 0x5a, 0, page, 0, 0, 0, 0, 0, 255),
        second.words('inWords', 8),
        second.state,
      ),
    ),
    one(
      'a saved mode page',
      second.packet(512, 0x5a, 0, 0xea, 0, 0, 0, 0, 0, 255),
      second.packet(18, 0x03, 0, 0, 0, 18),
      second.words('inWords', 9),
      second.state,
    ),
    one('configuration', second.packet(512, 0x46, 0, 0, 0, 0, 0, 0, 0, 64), second.words('inWords', 32), second.state),
    one('event', second.packet(512, 0x4a, 1, 0, 0, 0x10, 0, 0, 0, 8), second.words('inWords', 4), second.state),
    one(
      'event of no class',
      second.packet(512, 0x4a, 1, 0, 0, 0x02, 0, 0, 0, 8),
      second.words('inWords', 2),
      second.state,
    ),
    one('event without polling', second.packet(512, 0x4a, 0, 0, 0, 0x10, 0, 0, 0, 8)),
    one(
      'disc information',
      second.packet(512, 0x51, 0, 0, 0, 0, 0, 0, 0, 34),
      second.words('inWords', 17),
      second.state,
    ),
    one('mechanism', second.packet(512, 0xbd, 0, 0, 0, 0, 0, 0, 0, 8), second.words('inWords', 4), second.state),
    one('seek', second.packet(0, 0x2b, 0, 0, 0, 0, 9), second.packet(0, 0x2b, 0, 0, 0, 9, 9)),
    one('speed', second.packet(0, 0xbb, 0, 0xff, 0xff)),
    one(
      'lock, eject, unlock',
      second.packet(0, 0x1e, 0, 0, 0, 1),
      second.packet(0, 0x1b, 0, 0, 0, 2),
      second.packet(18, 0x03, 0, 0, 0, 18),
      second.words('inWords', 9),
      second.state,
      second.packet(0, 0x1e),
    ),
    one('stop and start', second.packet(0, 0x1b, 0, 0, 0, 0), second.packet(0, 0x1b, 0, 0, 0, 1)),
    one(
      'eject, not ready',
      second.packet(0, 0x1b, 0, 0, 0, 2),
      second.packet(0, 0x00),
      second.packet(18, 0x03, 0, 0, 0, 18),
      second.words('inWords', 9),
      second.state,
      second.packet(8, 0x25),
    ),
  ],
};
