import { EEPROMS } from './state.ts';

/** A module without parity: `sides` rows of SDRAM chips at 64 data lines. */
interface Module {
  readonly megabytes: number;
  readonly rowBits: number;
  readonly columnBits: number;
  /** Banks in a chip, and its data lines. */
  readonly banks: number;
  readonly width: number;
  readonly sides: number;
}

/** The largest first. Chips of 512, 256, 128, 64 and 16 Mbit (JEDEC standard 21-C, 3.11). */
const modules: readonly Module[] = [
  { megabytes: 1024, rowBits: 13, columnBits: 11, banks: 4, width: 8, sides: 2 },
  { megabytes: 512, rowBits: 13, columnBits: 11, banks: 4, width: 8, sides: 1 },
  { megabytes: 256, rowBits: 13, columnBits: 10, banks: 4, width: 8, sides: 1 },
  { megabytes: 128, rowBits: 12, columnBits: 10, banks: 4, width: 8, sides: 1 },
  { megabytes: 64, rowBits: 12, columnBits: 9, banks: 4, width: 8, sides: 1 },
  { megabytes: 32, rowBits: 12, columnBits: 8, banks: 4, width: 16, sides: 1 },
  { megabytes: 16, rowBits: 11, columnBits: 9, banks: 2, width: 8, sides: 1 },
  { megabytes: 8, rowBits: 11, columnBits: 8, banks: 2, width: 16, sides: 1 },
];

const MB = 1 << 20;
/** Byte 63 is the sum of those before. */
const CHECKSUM = 63;

/**
 * Contents of the EEPROMs (SPD) of memory modules that have this much memory together, the largest module first. Empty
 * where no eight modules of 8 MB to 1 GB add up to it.
 */
export function spdContents(memoryBytes: number): Uint8Array[] {
  const chosen: Module[] = [];
  let left = memoryBytes / MB;
  for (const module of modules) {
    for (; left >= module.megabytes && chosen.length < EEPROMS; left -= module.megabytes) chosen.push(module);
  }
  return left === 0 ? chosen.map(spdOf) : [];
}

/** Serial presence detect of PC100 SDRAM (JEDEC standard 21-C, 4.1.2.5, release 4; Intel PC SDRAM SPD specification 1.2B). */
function spdOf({ megabytes, rowBits, columnBits, banks, width, sides }: Module): Uint8Array {
  const spd = new Uint8Array(128);
  // Bytes that are used, of 2 to the power of 8; SDRAM; 64 data lines; LVTTL.
  spd.set([128, 8, 4, rowBits, columnBits, sides, 64, 0, 1]);
  // 10 ns a clock at CAS latency 3, 6 ns to the data; no parity; self refresh, at half the usual interval where there are 8192 rows.
  spd.set([0xa0, 0x60, 0, rowBits === 13 ? 0x82 : 0x80, width, 0], 9);
  // One clock between columns; bursts of 1, 2, 4, 8 and a page; CAS latencies 2 and 3; CS and write latency 0.
  spd.set([1, 0x8f, banks, 0x06, 0x01, 0x01], 15);
  // Unbuffered; voltages of 10%, precharge all, auto precharge, write of single locations; the clock and the data at CAS latency 2.
  spd.set([0, 0x0e, 0xa0, 0x60], 21);
  // tRP, tRRD, tRCD and tRAS in ns; memory on a side, in units of 4 MB.
  spd.set([20, 20, 20, 50, megabytes / sides / 4], 27);
  // Setup and hold of addresses, and of data: 2 and 1 ns.
  spd.set([0x20, 0x10, 0x20, 0x10], 32);
  spd[62] = 0x12;
  spd[CHECKSUM] = spd.subarray(0, CHECKSUM).reduce((sum, byte) => sum + byte, 0);
  // Intel's: 100 MHz; clocks that are connected, CAS latencies 3 and 2.
  spd.set([0x64, sides === 2 ? 0xf6 : 0xa6], 126);
  return spd;
}
