import type { Geometry } from '../../disks/geometry.ts';
import { SECTOR_BYTES } from '../../host/block.ts';
import type { StateOf } from '../../snapshot/describe.ts';
import { identifyBytes, identifyTexts, transferModeWords, type Words, wordsOf } from '../identify.ts';
import { LBA28_SECTORS } from './address.ts';
import { QUEUE_DEPTH } from './queue.ts';
import { type diskState, MOST_MULTIPLE } from './state.ts';

/** The names by which a disk identifies itself. */
export interface DiskNames {
  readonly model: string;
  readonly serial: string;
  readonly firmware: string;
}

/** Word 83 has bit 14 set and bit 15 clear where the words of command sets are valid. */
const VALID = 0x4000;
const FLUSH_CACHE_EXT = 0x2000;
const FLUSH_CACHE = 0x1000;
const ADDRESS_48 = 0x0400;
const NOP = 0x4000;
const WRITE_CACHE = 0x0020;
const SMART = 0x0001;

/** Identification words of a disk at a Serial ATA cable, with a queue of commands and logs (ATA8-ACS, 7.16). */
const serialWords: Words = {
  75: QUEUE_DEPTH - 1,
  // Native command queuing; 1.5 Gb/s.
  76: 0x0102,
  // Logs of READ LOG EXT.
  84: VALID | 0x0020,
  87: VALID | 0x0020,
  // There is no cable of a parallel interface.
  93: 0,
};

/** The answer to IDENTIFY DEVICE (ATA/ATAPI-6, 8.15). */
export function diskIdentity(
  state: StateOf<typeof diskState>,
  sectors: number,
  geometry: Geometry,
  { model, serial, firmware }: DiskNames,
  isSerial: boolean,
): Uint8Array {
  const words = {
    ...geometryWords(geometry, state.geometry),
    ...capabilityWords(state),
    ...transferModeWords(state.transferMode),
    ...commandSetWords(state),
    ...(isSerial && serialWords),
    ...wordsOf(60, 2, Math.min(sectors, LBA28_SECTORS - 1)),
    ...wordsOf(100, 4, sectors),
  };
  return identifyBytes(words, identifyTexts(serial, firmware, model));
}

/** The default translation of cylinders, heads and sectors, and the one in use. */
function geometryWords(standard: Geometry, { cylinders, heads, sectors }: Geometry): Words {
  return {
    0: 0x0040,
    1: standard.cylinders,
    3: standard.heads,
    // Bytes of a track and of a sector, before they were formatted.
    4: SECTOR_BYTES * standard.sectors,
    5: SECTOR_BYTES,
    6: standard.sectors,
    54: cylinders,
    55: heads,
    56: sectors,
    ...wordsOf(57, 2, cylinders * heads * sectors),
  };
}

function capabilityWords({ multiple }: StateOf<typeof diskState>): Words {
  return {
    // Buffer of the drive, bytes of ECC: what old systems expect to be told.
    20: 3,
    21: 512,
    22: 4,
    47: 0x8000 | MOST_MULTIPLE,
    // Data port of 32 bits.
    48: 1,
    // IORDY, LBA, DMA.
    49: 0x0b00,
    // Least times of PIO and DMA cycles.
    51: 0x0200,
    52: 0x0200,
    // Words 54-58, 64-70 and 88 are valid.
    53: 0x0007,
    59: multiple === 0 ? 0 : 0x0100 | multiple,
    // PIO modes 3 and 4; cycles of 120 ns.
    64: 0x0003,
    65: 120,
    66: 120,
    67: 120,
    68: 120,
    // A physical sector has one logical one.
    106: 0x6000,
    // TRIM of DATA SET MANAGEMENT.
    169: 0x0001,
  };
}

function commandSetWords({ writeCache, smart }: StateOf<typeof diskState>): Words {
  const always = FLUSH_CACHE_EXT | FLUSH_CACHE | ADDRESS_48;
  return {
    // ATA-4 to ATA/ATAPI-7; the revision of ATA/ATAPI-5.
    80: 0x00f0,
    81: 0x0016,
    82: NOP | WRITE_CACHE | SMART,
    83: VALID | always,
    84: VALID,
    85: NOP | (writeCache ? WRITE_CACHE : 0) | (smart ? SMART : 0),
    86: always,
    87: VALID,
    // The result of the hardware reset: a cable of 80 wires, the drive has passed its diagnosis.
    93: 0x6001,
  };
}
