/**
 * Parallel flash with Intel's command set ("Intel StrataFlash Memory (J3)", data sheet, Command Definitions), as
 * QEMU's cfi.pflash01 has it on a PC: one chip, a byte wide.
 */

/** Bytes of a block, which is erased and locked as a whole. */
export const BLOCK_BYTES = 4096;
/** Bytes of the write buffer. */
export const BUFFER_BYTES = 256;
/** No address of a chip. */
export const NOWHERE = 0xffffffff;
/** A PC has so much of it, in all its chips. */
export const MOST_BYTES = 8 << 20;
export const MOST_BLOCKS = MOST_BYTES / BLOCK_BYTES;

/** First cycles. All others have the chip show its array. */
export const Command = {
  byteProgram: 0x10,
  blockErase: 0x20,
  byteProgramToo: 0x40,
  clearStatus: 0x50,
  lockSetup: 0x60,
  readStatus: 0x70,
  readIdentifier: 0x90,
  readQuery: 0x98,
  bufferedProgram: 0xe8,
  readArray: 0xff,
} as const;

/** Second cycles. */
export const Confirm = { lock: 0x01, confirm: 0xd0, readArray: 0xff } as const;

/** Bits of the status register. All are 0 after Clear Status, `ready` too, as in QEMU: OVMF finds out by that that this is flash. */
export const Status = { blockLocked: 0x02, programError: 0x10, eraseError: 0x20, ready: 0x80 } as const;

/** Offsets from the start of a block in the identifier. The maker and the device are 0, as in QEMU. */
export const Identifier = { lock: 2 } as const;

const text = (characters: string): number[] => Array.from(characters, (character) => character.charCodeAt(0));

/** The query's answers by offset (JEDEC JESD68.01), for a chip of so many bytes. */
export function queryTable(bytes: number): Uint8Array {
  const blocks = bytes / BLOCK_BYTES - 1;
  const sizePower = 31 - Math.clz32(bytes & -bytes);
  const table = new Uint8Array(0x52);
  // 10h: the mark; command set 1 (Intel), its table at 31h; no other command set.
  table.set([...text('QRY'), 1, 0, 0x31, 0, 0, 0, 0, 0], 0x10);
  // 1Bh: 4.5 to 5.5 V, no VPP; times by powers of 2: 128 us a byte, 128 us a buffer, 1 s a block, none for all; 16 times that at most.
  table.set([0x45, 0x55, 0, 0, 7, 7, 10, 0, 4, 4, 4, 0], 0x1b);
  // 27h: bytes, and bytes of the buffer, as powers of 2; between them 2: x8 and x16; one region of blocks of one size.
  table.set([sizePower, 2, 0, 31 - Math.clz32(BUFFER_BYTES), 0, 1], 0x27);
  table.set([blocks & 0xff, blocks >> 8, (BLOCK_BYTES >> 8) & 0xff, BLOCK_BYTES >> 16], 0x2d);
  // 31h: Intel's table, version 1.0, without features; one protection register.
  table.set([...text('PRI10')], 0x31);
  table[0x3f] = 1;
  return table;
}
