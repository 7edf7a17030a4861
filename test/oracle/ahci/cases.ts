import {
  DATA,
  data,
  deviceBitsFis,
  fill,
  moved,
  pioSetupFis,
  portState,
  ports,
  reads,
  registersFis,
  type Steps,
  send,
  start,
  writes,
} from './driver.ts';

const { first, second, third } = ports;
const host = reads(0, 4, 8, 0xc, 0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x28);
const one = (...steps: readonly Steps[]): Steps => steps.flat();
/** LBA, count and features of a command of 48 bits, as its FIS has them. */
const address = (sector: number, count: number) => ({ 4: sector & 0xff, 5: sector >> 8, 12: count });
const queued = (sector: number, count: number, slot: number) => ({
  3: count,
  4: sector & 0xff,
  5: sector >> 8,
  12: slot << 3,
});
/** Parts of what an IDENTIFY command has read, without names. */
const identity = [
  [0, 20],
  [40, 6],
  [94, 40],
  [134, 40],
  [174, 48],
].flatMap(([at, length]) => data(length!, DATA + at!));
const bytes = Uint8Array.from({ length: 1024 }, (_, n) => (n * 11 + 5) & 0xff);

/** A disk of 4096 sectors is at the first port, a CD of 400 blocks at the second, nothing at the third. */
export const cases: Readonly<Record<string, Steps>> = {
  'power on': one(host, portState(first), portState(second), portState(third)),
  'a reset of the host': one(start(first), writes(4, 0x80000002), writes(4, 0x80000001), host, portState(first)),
  'signature of the disk': one(start(first), portState(first), registersFis),
  'signature of the CD': one(start(second), portState(second), registersFis),
  'where nothing is': one(start(third), send(0xec, { base: third }).slice(0, -1), portState(third)),
  'bits of registers': one(
    writes(first + 0x14, 0xffffffff),
    writes(first + 0x04, 0xffffffff),
    writes(first + 0x0c, 0x12345678),
    reads(first + 0x14, first + 0x04, first + 0x0c),
    ...[0, 8, 0xc, 0x10, 0x14, 0x1c, 0x24, 0x28].map((at) => writes(at, 0xffffffff)),
    host,
  ),
  'the index ports': [
    ...[
      'outl 49168 268',
      'outl 49172 74565',
      'inl 49168',
      'inl 49172',
      'inl 49152',
      'outl 49168 4294967295',
      'inl 49168',
    ],
    ...reads(first + 0xc),
  ],
  'identify the disk': one(
    start(),
    send(0xec, { regions: [[DATA, 512]] }),
    identity,
    pioSetupFis,
    registersFis,
    moved(),
    portState(),
  ),
  'identify the CD': one(start(second), send(0xa1, { base: second, regions: [[DATA, 512]] }), identity, moved()),
  'read by DMA': one(
    start(),
    send(0x25, {
      registers: address(0x123, 3),
      regions: [
        [DATA, 100],
        [DATA + 0x1000, 1436],
      ],
    }),
    data(100),
    data(1436, DATA + 0x1000),
    moved(),
    registersFis,
    portState(),
  ),
  'read by programmed I/O': one(
    start(),
    send(0x24, { registers: address(7, 2), regions: [[DATA, 1024]] }),
    data(1024),
    moved(),
    portState(),
  ),
  'write by DMA': one(
    start(),
    fill(bytes),
    send(0x35, { registers: address(9, 2), regions: [[DATA, 1024]] }),
    send(0x25, { registers: address(8, 4), regions: [[DATA + 0x4000, 2048]] }),
    data(2048, DATA + 0x4000),
    portState(),
  ),
  'write by programmed I/O': one(
    start(),
    fill(bytes),
    send(0x34, { registers: address(9, 2), regions: [[DATA, 1024]] }),
    send(0x25, { registers: address(8, 4), regions: [[DATA + 0x4000, 2048]] }),
    data(2048, DATA + 0x4000),
  ),
  'a queued read': one(
    start(),
    send(0x60, { slot: 5, registers: queued(0x40, 2, 5), regions: [[DATA, 1024]] }),
    data(1024),
    deviceBitsFis,
    portState(),
  ),
  'a queued write': one(
    start(),
    fill(bytes),
    send(0x61, { slot: 31, registers: queued(0x41, 2, 31), regions: [[DATA, 1024]] }),
    send(0x60, { slot: 0, registers: queued(0x40, 4, 0), regions: [[DATA + 0x4000, 2048]] }),
    data(2048, DATA + 0x4000),
    deviceBitsFis,
  ),
  'a flush': one(start(), send(0xea), registersFis, portState()),
  'the mode of power': one(start(), send(0xe5), registersFis),
  'the last sector': one(start(), send(0x27), registersFis),
  'an interrupt': one(start(), writes(first + 0x14, 1), writes(4, 2), send(0xea), host, writes(first + 0x10, 1), host),
  'a packet by DMA': one(
    start(second),
    send(0xa0, { base: second, registers: { 3: 1 }, packet: [0x28, 0, 0, 0, 0, 17, 0, 0, 2], regions: [[DATA, 4096]] }),
    data(4096),
    moved(),
    portState(second),
  ),
  'a packet by programmed I/O': one(
    start(second),
    send(0xa0, { base: second, registers: { 5: 36 }, packet: [0x25], regions: [[DATA, 8]] }),
    data(8),
    moved(),
    portState(second),
  ),
};
