import { bytes, choice, describe, flag, u8, u32 } from '../snapshot/describe.ts';
import { transferBuffer } from '../snapshot/transfer-buffer.ts';

/**
 * Bytes of the largest request to a drive's medium, and of a drive's buffer. Each request costs a way to the host and back,
 * so that it is more than systems ask for at once.
 */
export const CHUNK_BYTES = 1 << 20;

/** Phases of a drive. From `reading` on it waits for its medium. */
export const Phase = {
  idle: 0,
  /** The host sends a packet, takes what is in the buffer, or fills it. */
  packet: 1,
  toHost: 2,
  fromHost: 3,
  reading: 4,
  writing: 5,
  flushing: 6,
  discarding: 7,
} as const;

/** State that disks and CD-ROM drives share: that of the task file and of the data phase. */
export const driveState = describe({
  /** By their offsets: features, sector count, the three of the address, device. */
  registers: bytes(8),
  /** The values before the last write: the high bytes of 48-bit commands. */
  previous: bytes(8),
  status: u8,
  error: u8,
  /** The drive asks for an interrupt. */
  interrupt: flag,
  /** The command under way, or the last one. */
  command: u8,
  phase: choice(Object.values(Phase)),
  /** The buffer is moved by the bus master, and not by the data port. */
  dma: flag,
  /** Most bytes of a block that is moved at one request. */
  blockBytes: u32,
  buffer: transferBuffer(CHUNK_BYTES),
});
