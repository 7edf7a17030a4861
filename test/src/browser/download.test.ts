import { afterEach, expect, test, vi } from 'vitest';
import { fileAt } from '../../../src/browser/download.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

const MEGABYTE = 1 << 20;

/** Answers every request with these parts, and then an error if there is one. */
function serve(parts: readonly Uint8Array[], headers: Record<string, string> = {}, error?: Error): void {
  const left = [...parts];
  const body = new ReadableStream<Uint8Array>({
    pull(stream) {
      const part = left.shift();
      if (part) stream.enqueue(part);
      else if (error) stream.error(error);
      else stream.close();
    },
  });
  vi.stubGlobal('fetch', async () => new Response(body as never, { headers }));
}

/** The whole file, and what was reported of it. */
async function received(): Promise<{ bytes: Uint8Array; reports: (readonly [number, number | undefined])[] }> {
  const reports: (readonly [number, number | undefined])[] = [];
  const blob = await fileAt('disk.img', { report: (...report) => void reports.push(report) });
  return { bytes: new Uint8Array(await blob.arrayBuffer()), reports };
}

test('a file whose progress is reported has all of its bytes, more than the browser gets at a time too', async () => {
  const parts = [1, 2, 3, 4].map((n) => new Uint8Array(1.5 * MEGABYTE).fill(n));
  serve(parts, { 'content-length': String(6 * MEGABYTE) });
  const { bytes, reports } = await received();
  expect(Buffer.compare(bytes, Buffer.concat(parts))).toBe(0);
  expect(reports).toEqual([1, 2, 3, 4].map((n) => [n * 1.5 * MEGABYTE, 6 * MEGABYTE]));
});

test('the length of what is packed is not that of its bytes', async () => {
  serve([new Uint8Array(3), new Uint8Array(4)], { 'content-length': '5', 'content-encoding': 'gzip' });
  expect((await received()).reports).toEqual([
    [3, undefined],
    [7, undefined],
  ]);
  serve([new Uint8Array(3), new Uint8Array(4)], { 'content-length': '5' });
  expect((await received()).reports).toEqual([
    [3, 5],
    [7, undefined],
  ]);
});

test('an answer that breaks off is no file', async () => {
  serve([new Uint8Array(3)], {}, new Error('the connection was lost'));
  await expect(received()).rejects.toThrow('cannot get all of disk.img: the connection was lost');
});
