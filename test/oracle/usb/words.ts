/** Steps of a test in the words of QEMU's qtest protocol, which both QEMU's controller and ours are given. */
export type Steps = readonly string[];

export const SLOT = 2;
export const BASE = 0xe000_0000;

const hex = (value: number): string => `0x${(value >>> 0).toString(16)}`;
export const configure = (register: number, value: number): Steps => [
  `outl 0xcf8 ${hex(0x80000000 | (SLOT << 11) | register)}`,
  `outl 0xcfc ${hex(value)}`,
];
const configuration = (register: number): Steps => [
  `outl 0xcf8 ${hex(0x80000000 | (SLOT << 11) | register)}`,
  'inl 0xcfc',
];
export const load = (address: number): string => `readl ${hex(address)}`;
export const store = (address: number, value: number): string => `writel ${hex(address)} ${hex(value)}`;
export const read = (offset: number): string => load(BASE + offset);
export const write = (offset: number, value: number): string => store(BASE + offset, value);
export const range = (first: number, end: number): number[] =>
  Array.from({ length: (end - first) / 4 }, (_, n) => first + 4 * n);

/** In place, and a bus master. */
export const enabled: Steps = [...configure(0x10, BASE), ...configure(0x04, 6)];

export const configurationSpace: Steps = [
  ...range(0, 0x100).flatMap(configuration),
  ...range(0x10, 0x28).flatMap((register) => [...configure(register, 0xffffffff), ...configuration(register)]),
];
