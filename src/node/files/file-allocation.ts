import type { Allocation } from '../../storage/store.ts';
import { foreignFunctions } from '../process/foreign-functions.ts';

interface SeekFunctions {
  /** lseek(2): the place, or all bits set where it fails. */
  lseek(file: number, offset: bigint, whence: number): bigint;
}

const [SEEK_DATA, SEEK_HOLE] = [3, 4];
const FAILED = 0xffff_ffff_ffff_ffffn;

let seek: SeekFunctions['lseek'] | undefined;

/**
 * The allocation at a place of an open file, which is within its size. Node has no call for it: the system is asked, by Node 26.1
 * and later on Linux. Elsewhere, and on file systems that do not tell, nothing is a hole.
 */
export function fileAllocation(file: number, offset: number, size: number): Allocation {
  seek ??= openSeek();
  const hole = seek(file, BigInt(offset), SEEK_HOLE);
  if (hole === FAILED) return { isHole: false, length: size - offset };
  if (hole > BigInt(offset)) return { isHole: false, length: Math.min(Number(hole), size) - offset };
  const data = seek(file, BigInt(offset), SEEK_DATA);
  return { isHole: true, length: (data === FAILED ? size : Math.min(Number(data), size)) - offset };
}

function openSeek(): SeekFunctions['lseek'] {
  const foreign = foreignFunctions<SeekFunctions>({
    lseek: { arguments: ['i32', 'u64', 'i32'], return: 'u64' },
  });
  return foreign ? foreign.functions.lseek : () => FAILED;
}
