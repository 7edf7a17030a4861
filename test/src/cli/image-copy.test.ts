import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { copyDisk } from '../../../src/cli/image/copy.ts';
import type { Disk } from '../../../src/storage/store.ts';

test('an error of a part that is read ahead is told in its turn, and ends nothing before', async () => {
  const source: Pick<Disk, 'size' | 'zeroRun' | 'read'> = {
    size: 4 << 20,
    // Slower than what fails.
    zeroRun: () => wait(5, 0),
    read: () => Promise.reject(new Error('damaged')),
  };
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  process.on('unhandledRejection', hear);
  const options = { grain: 4096, width: 8, before: 'zeros', progress: () => {} } as const;
  await expect(copyDisk(source as Disk, source as Disk, options)).rejects.toThrow('damaged');
  await wait(5);
  process.off('unhandledRejection', hear);
  expect(unheard).toEqual([]);
});
