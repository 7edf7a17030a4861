import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { hostMemory } from '../../../../src/node/process/host-memory.ts';
import { root } from '../../../support/documents.ts';

const PAGE = 4096;
/** Where node:ffi is, and pages are those of x86. */
const canRelease =
  process.platform === 'linux' &&
  process.arch === 'x64' &&
  process.getBuiltinModule('node:ffi' as 'node:fs') !== undefined;

/** A buffer that may grow, which begins on a page of the host's. */
function pages(count: number): Uint8Array {
  const bytes = count * PAGE;
  return new Uint8Array(new SharedArrayBuffer(bytes, { maxByteLength: bytes }), 0, bytes);
}

test.runIf(canRelease)('pages are zeros afterwards, those beside them stay', () => {
  const bytes = pages(8).fill(0xa5);
  expect(hostMemory.release(bytes.subarray(2 * PAGE, 5 * PAGE))).toBe(true);
  const first = Array.from({ length: 8 }, (_, n) => bytes[n * PAGE]);
  expect(first).toEqual([0xa5, 0xa5, 0, 0, 0, 0xa5, 0xa5, 0xa5]);
  bytes.fill(1);
  expect(bytes.every((byte) => byte === 1)).toBe(true);
});

test.runIf(canRelease)('the process takes less memory', () => {
  const bytes = pages(16 << 10).fill(0xa5);
  const before = process.memoryUsage.rss();
  hostMemory.release(bytes);
  expect(before - process.memoryUsage.rss()).toBeGreaterThan(32 << 20);
});

test('what is no whole page is refused, and stays', () => {
  const bytes = pages(2).fill(0xa5);
  expect(hostMemory.release(bytes.subarray(16, PAGE))).toBe(false);
  expect(bytes.every((byte) => byte === 0xa5)).toBe(true);
});

test('where Node must not call the system nothing is released, and nothing is printed', async () => {
  const program = `
    const { hostMemory } = await import('${root}/src/node/process/host-memory.ts');
    const bytes = new Uint8Array(new SharedArrayBuffer(4096, { maxByteLength: 4096 }), 0, 4096).fill(1);
    console.log(hostMemory.release(bytes), bytes[0]);`;
  const run = (...flags: string[]) =>
    promisify(execFile)(process.execPath, [...flags, '--input-type=module', '-e', program]);
  const forbidden = await run('--permission', '--allow-fs-read=*');
  expect(forbidden).toMatchObject({ stdout: 'false 1\n', stderr: '' });
  if (canRelease) expect(await run()).toMatchObject({ stdout: 'true 0\n', stderr: '' });
});
