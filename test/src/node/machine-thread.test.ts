import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const cache = mkdtempSync(join(tmpdir(), 'rawiron-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const library = new URL('../../../src/index.ts', import.meta.url).href;
const program = `
  const { Machine } = await import('${library}');
  const machine = await Machine.create({ boot: { demo: true } });
  await machine.start();
  await machine.metrics();
  await machine.stop();
`;

/** Threads in which V8 tests at each access whether a buffer is detached, from then on. */
function threadsWithTests(): number {
  const args = ['--trace-protector-invalidation', '--input-type=module', '-e', program];
  const output = execFileSync(process.execPath, args, {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    encoding: 'latin1',
    timeout: 60_000,
  });
  return output.split('protector cell ArrayBufferDetaching').length - 1;
}

/** Starts that fill the cache at most: a machine's thread is ended from outside, now and then before it has written all. */
const STARTS = 4;

test("with compiled modules in the cache a machine's thread strips no types, which would detach buffers", () => {
  const empty = threadsWithTests();
  expect(empty).toBeGreaterThan(1);
  let warm = empty;
  for (let n = 0; n < STARTS && warm > 1; n++) warm = threadsWithTests();
  // What is left is the main thread.
  expect(warm).toBe(1);
});
