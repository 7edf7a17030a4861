import type { BlockAnswer, BlockQuestion } from '../../runtime/host/block.ts';
import { SECTOR_BYTES } from '../../runtime/host/block.ts';
import type { Disk } from '../storage/store.ts';

/** A guest's request to the disk in a drive. */
export type DiskQuestion = Exclude<BlockQuestion, { type: 'lock' | 'tray' }>;

/** Does what is asked for. @throws StorageError */
export async function askDisk(disk: Disk, question: DiskQuestion): Promise<BlockAnswer> {
  switch (question.type) {
    case 'read':
      await disk.read(question.sector * SECTOR_BYTES, question.bytes);
      if (question.bytes.buffer instanceof ArrayBuffer) return { error: null, bytes: question.bytes };
      break;
    case 'write':
      await disk.write(question.sector * SECTOR_BYTES, question.bytes);
      break;
    case 'flush':
      await disk.flush();
      break;
    case 'discard':
      await disk.discard(question.sector * SECTOR_BYTES, question.count * SECTOR_BYTES);
  }
  return { error: null };
}
