/** Steps of a test in the words of QEMU's qtest protocol (QEMU, docs/devel/testing/qtest), which both adapters are given. */
export type Steps = readonly string[];

/** Where the ranges of the adapter are put. */
export const FRAME_BUFFER = 0xe000_0000;
export const BLIT_APERTURE = FRAME_BUFFER + 0x0100_0000;
export const REGISTERS = 0xe800_0000;

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;

export const outb = (port: number, value: number): string => `outb ${hex(port)} ${hex(value)}`;
export const inb = (port: number): string => `inb ${hex(port)}`;
const outl = (port: number, value: number): string => `outl ${hex(port)} ${hex(value)}`;
export const sizes = { 1: 'b', 2: 'w', 4: 'l' } as const;
export type Size = keyof typeof sizes;
export const store = (size: Size, address: number, value: number): string =>
  `write${sizes[size]} ${hex(address)} ${hex(value & (2 ** (8 * size) - 1))}`;
export const load = (size: Size, address: number): string => `read${sizes[size]} ${hex(address)}`;
export const read = (address: number, length: number): string => `read ${hex(address)} ${hex(length)}`;
export const write = (address: number, bytes: Uint8Array): string =>
  `write ${hex(address)} ${hex(bytes.length)} 0x${Buffer.from(bytes).toString('hex')}`;

/** A register behind an index port. */
export const set = (port: number, index: number, value: number): Steps => [outb(port, index), outb(port + 1, value)];
export const get = (port: number, index: number): Steps => [outb(port, index), inb(port + 1)];
export const SEQUENCER = 0x3c4;
export const GRAPHICS = 0x3ce;
export const CRTC = 0x3d4;

const configure = (register: number, value: number): Steps => [outl(0xcf8, 0x80001000 + register), outl(0xcfc, value)];

/** Ranges in place, ports as with colors, and the chip's extensions of memory on. */
export const start: Steps = [
  ...configure(0x10, FRAME_BUFFER),
  ...configure(0x14, REGISTERS),
  ...configure(0x04, 3),
  outb(0x3c2, 0x67),
  ...set(SEQUENCER, 6, 0x12),
  ...set(SEQUENCER, 7, 0x11),
];
