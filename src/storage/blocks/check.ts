import { messageOf } from '../../util/errors.ts';
import { type CheckResult, MOST_ERRORS } from '../check-result.ts';
import type { BlockMap } from './map.ts';

/** Checks that each block is within the file, and that no two are at one place. */
export async function checkBlocks(map: BlockMap): Promise<CheckResult> {
  const { size, blockSize, store } = map;
  const totalClusters = Math.ceil(size / blockSize);
  const errors: string[] = [];
  const fail = (problem: string): void => {
    if (errors.length < MOST_ERRORS) errors.push(problem);
  };
  const offsets: number[] = [];
  let [compressedClusters, fragmentedClusters] = [0, 0];
  for (let block = 0; block < totalClusters; block++) {
    try {
      const place = await map.place(block);
      if (place.kind === 'packed') compressedClusters++;
      if (place.kind !== 'data') continue;
      const last = offsets.at(-1);
      if (last !== undefined && place.offset !== last + blockSize) fragmentedClusters++;
      offsets.push(place.offset);
    } catch (error) {
      fail(messageOf(error));
    }
  }
  const sorted = Float64Array.from(offsets).sort();
  for (let n = 1; n < sorted.length; n++)
    if (sorted[n]! - sorted[n - 1]! < blockSize) fail(`two blocks share the place at byte ${sorted[n]}`);
  const allocatedClusters = offsets.length + compressedClusters;
  const endOffset = store.size;
  return {
    errors,
    wrongFlags: 0,
    leaks: 0,
    endOffset,
    totalClusters,
    allocatedClusters,
    compressedClusters,
    fragmentedClusters,
  };
}
