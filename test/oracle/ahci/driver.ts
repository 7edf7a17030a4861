/** Steps in words of QEMU's qtest protocol; `wait ADDRESS BITS`: until the bits of a register are clear. */
export type Steps = readonly string[];

/** Where the registers are, and what the driver has in memory. */
export const REGISTERS = 0xf0000000;
const PORT = REGISTERS + 0x100;
const LIST = 0x10000;
export const RECEIVED = 0x11000;
const TABLE = 0x12000;
export const DATA = 0x20000;
const PCI_ADDRESS = 0x80002800;

const hex = (bytes: ArrayLike<number>): string => `0x${Buffer.from(Uint8Array.from(bytes)).toString('hex')}`;
const words = (...values: readonly number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

export const writes = (register: number, ...values: readonly number[]): Steps =>
  values.map((value) => `writel ${REGISTERS + register} ${value}`);
export const reads = (...registers: readonly number[]): Steps =>
  registers.map((register) => `readl ${REGISTERS + register}`);
const config = (register: number, value: number): Steps => [
  `outl ${0xcf8} ${PCI_ADDRESS + register}`,
  `outl ${0xcfc} ${value}`,
];
const store = (address: number, bytes: ArrayLike<number>): Steps => [`write ${address} ${bytes.length} ${hex(bytes)}`];

/** Firmware's work: addresses of registers and ports, and the right to be a bus master. */
export const enable: Steps = [...config(0x24, REGISTERS), ...config(0x20, 0xc000), ...config(4, 7)];

/** The registers of the port at offset `base`, in their order. */
export const portState = (base = 0x100): Steps =>
  reads(...[0x00, 0x08, 0x10, 0x14, 0x18, 0x20, 0x24, 0x28, 0x2c, 0x30, 0x34, 0x38].map((at) => base + at));

/** Sets a port up and starts it. */
export const start = (base = 0x100): Steps => [
  ...writes(base, LIST),
  ...writes(base + 8, RECEIVED),
  ...writes(base + 0x18, 0x16),
  ...writes(base + 0x10, 0xffffffff),
  ...writes(base + 0x18, 0x17),
];

/** Commands that write: their headers say so, too. */
const writing = [0x34, 0x35, 0x61];

export interface Sent {
  readonly base?: number;
  readonly slot?: number;
  readonly registers?: Readonly<Record<number, number>>;
  readonly regions?: readonly (readonly [address: number, bytes: number])[];
  readonly packet?: readonly number[];
}

/** Sends a command in a slot, and waits for its end; `registers`: bytes of its FIS by their places. */
export function send(code: number, { base = 0x100, slot = 0, registers = {}, regions = [], packet }: Sent = {}): Steps {
  const fis = new Uint8Array(0x50);
  fis.set([0x27, 0x80, code, 0, 0, 0, 0, 0x40]);
  for (const [at, value] of Object.entries(registers)) fis[Number(at)] = value;
  if (packet !== undefined) fis.set(packet, 0x40);
  const isQueued = code === 0x60 || code === 0x61;
  const flags = 5 | (packet === undefined ? 0 : 0x20) | (writing.includes(code) ? 0x40 : 0) | (regions.length << 16);
  return [
    ...store(TABLE + 0x200 * slot, fis),
    ...regions.flatMap(([address, bytes], n) =>
      store(TABLE + 0x200 * slot + 0x80 + 16 * n, words(address, 0, 0, bytes - 1)),
    ),
    ...store(LIST + 32 * slot, words(flags, 0, TABLE + 0x200 * slot, 0)),
    ...(isQueued ? writes(base + 0x34, 2 ** slot) : []),
    ...writes(base + 0x38, 2 ** slot),
    `wait ${REGISTERS + base + (isQueued ? 0x34 : 0x38)} ${2 ** slot}`,
  ];
}

export const moved = (slot = 0): Steps => [`readl ${LIST + 32 * slot + 4}`];
/** Reads the received FISes: registers, PIO Setup, Set Device Bits. */
export const registersFis: Steps = [`read ${RECEIVED + 0x40} 20`];
export const pioSetupFis: Steps = [`read ${RECEIVED + 0x20} 20`];
export const deviceBitsFis: Steps = [`read ${RECEIVED + 0x58} 8`];
export const data = (length: number, at = DATA): Steps => [`read ${at} ${length}`];
export const fill = (bytes: ArrayLike<number>, at = DATA): Steps => store(at, bytes);

export const ports = { first: PORT - REGISTERS, second: PORT - REGISTERS + 0x80, third: PORT - REGISTERS + 0x100 };
