import { type BlockDone, type BlockPort, SECTOR_BYTES } from '../host/block.ts';

/** Sectors that a request moves. `zero` writes as many zeros. */
export interface SectorTransfer {
  readonly kind: 'read' | 'write' | 'zero';
  readonly sector: number;
  /** A whole number of sectors. */
  readonly bytes: number;
}

/** Where the bytes of a request come from, or go to, from its byte `at` on. */
export interface TransferMemory {
  read(at: number, target: Uint8Array): void;
  write(at: number, bytes: Uint8Array): void;
  /** Whether nobody wants the rest any more: nothing else is moved. */
  readonly isAbandoned?: boolean;
}

/** Bytes that the host is asked for at once. Many requests may be under way, each with so much memory. */
export const CHUNK_BYTES = 128 << 10;

/** Moves sectors between a disk and memory, a part at a time. `done` is called as the port's, or at once where there are none. */
export function transferSectors(
  port: BlockPort,
  transfer: SectorTransfer,
  memory: TransferMemory,
  done: BlockDone,
): void {
  const moveFrom = (before: number): void => {
    if (before === transfer.bytes) {
      done(null);
      return;
    }
    const part = new Uint8Array(Math.min(CHUNK_BYTES, transfer.bytes - before));
    const sector = transfer.sector + before / SECTOR_BYTES;
    const moved: BlockDone = (error) => {
      if (error !== null || memory.isAbandoned) {
        done(error);
        return;
      }
      if (transfer.kind === 'read') memory.write(before, part);
      moveFrom(before + part.length);
    };
    if (transfer.kind === 'read') port.read(sector, part, moved);
    else {
      if (transfer.kind === 'write') memory.read(before, part);
      port.write(sector, part, moved);
    }
  };
  moveFrom(0);
}
