import { expect, test } from 'vitest';
import type { MigrationChannel } from '../../../src/index.ts';
import { type Kind, RecordStream } from '../../../src/migration/records.ts';
import { nodeCompressor, portableCompressor } from '../../../src/node/files/compressor.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { pipe } from './pipe.ts';

const host = { compressor: nodeCompressor, portableCompressor, decompressor: nodeStorage.decompressor };

/** A record as the other end reads it. */
async function passed(kind: Kind, value: object) {
  const [near, far] = pipe();
  await new RecordStream(near as MigrationChannel, host).write(kind, value as never);
  return await new RecordStream(far as MigrationChannel, host).read();
}

test('an error has its message, and words have nothing', async () => {
  expect(await passed('failed', { message: 'no' })).toEqual({ kind: 'failed', value: { message: 'no' } });
  expect(await passed('loaded', {})).toEqual({ kind: 'loaded', value: {} });
  await expect(passed('loaded', { message: 'no' })).rejects.toThrow("bytes of 'loaded'");
});

test('a header that unpacks to more than the record may hold is refused', async () => {
  const many = Array.from({ length: 100_000 }, () => ({}));
  await expect(passed('failed', { many })).rejects.toThrow('damaged');
});
