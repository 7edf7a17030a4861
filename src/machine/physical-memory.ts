import type { Debug } from './types.ts';

/**
 * Writes bytes to a machine's physical memory: all of them or none.
 * @throws RangeError where not all is RAM or ROM, and while a recording is made or replayed, which would not have it
 */
export async function writePhysicalMemory(debug: Debug, physical: number, bytes: Uint8Array): Promise<void> {
  if (!(bytes instanceof Uint8Array)) throw new RangeError('memory is written with a Uint8Array');
  if (!Number.isSafeInteger(physical) || physical < 0) throw new RangeError(`${physical} is no address of memory`);
  // A message would carry the whole buffer that they are a part of.
  if (await debug('write', 'physical', physical, new Uint8Array(bytes))) return;
  throw new RangeError(
    `${bytes.length} bytes at 0x${physical.toString(16)} cannot be written: not all of that is RAM or ROM, or a recording is made or replayed`,
  );
}
