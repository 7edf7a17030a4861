import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FreedMemory } from '../../../../src/node/process/freed-memory.ts';
import { root } from '../../../support/documents.ts';

/** Where node:ffi and the GNU C library are. */
const canRelease =
  process.platform === 'linux' &&
  process.getBuiltinModule('node:ffi' as 'node:fs') !== undefined &&
  'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header;

const RUN = ['--expose-gc', '--input-type=module', '-e'];
const program = `
  const { releaseFreed } = await import('${root}/src/node/process/freed-memory.ts');
  let kept = [];
  let freed = [];
  for (let n = 0; n < 2000; n++) (n % 50 === 0 ? kept : freed).push(new Uint8Array(32 << 10).fill(1));
  freed = [];
  for (let n = 0; n < 2; n++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const before = process.memoryUsage.rss();
  releaseFreed();
  console.log(kept.length, before - process.memoryUsage.rss() > 30 << 20);`;

test.runIf(canRelease)('what was freed between things that stay goes back to the system', async () => {
  expect(await promisify(execFile)(process.execPath, [...RUN, program])).toMatchObject({
    stdout: '40 true\n',
    stderr: '',
  });
});

test('where Node must not call the system nothing happens, and nothing is printed', async () => {
  const forbidden = ['--permission', '--allow-fs-read=*', ...RUN, program];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, forbidden);
  expect([stdout, stderr]).toEqual(['40 false\n', '']);
});

const release = vi.fn<() => void>();
let spent = 0;
beforeEach(() => {
  vi.useFakeTimers();
  spent = 0;
  vi.spyOn(process, 'cpuUsage').mockImplementation(() => ({ user: spent, system: 0 }));
  release.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

test('memory is given back while there are machines, where processor time was spent since the last time', () => {
  const memory = new FreedMemory(release);
  memory.machineStarted();
  memory.machineStarted();
  vi.advanceTimersByTime(60_000);
  expect(release).toHaveBeenCalledTimes(0);
  spent += 1_000_000;
  vi.advanceTimersByTime(60_000);
  expect(release).toHaveBeenCalledTimes(1);
  memory.machineEnded();
  spent += 1_000_000;
  vi.advanceTimersByTime(60_000);
  expect(release).toHaveBeenCalledTimes(2);
  memory.machineEnded();
  spent += 1_000_000;
  vi.advanceTimersByTime(60_000);
  expect([release.mock.calls.length, vi.getTimerCount()]).toEqual([2, 0]);
});
