import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const cache = mkdtempSync(join(tmpdir(), 'rawiron-cache-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const library = new URL('../../../../src/index.ts', import.meta.url).href;
const program = `
  const { Machine } = await import('${library}');
  const machine = await Machine.create({ boot: { demo: true } });
  await machine.start();
  await machine.metrics();
  await machine.stop();
`;

/** Threads of Node with these arguments in which V8 tests at each access whether a buffer is detached, from then on. */
function threadsWithTestsOf(folder: string, args: readonly string[]): number {
  const output = execFileSync(process.execPath, ['--trace-protector-invalidation', ...args], {
    env: { ...process.env, XDG_CACHE_HOME: join(cache, folder) },
    encoding: 'latin1',
    // Leaves the demo guest.
    input: '\x01x',
    timeout: 60_000,
  });
  return output.split('protector cell ArrayBufferDetaching').length - 1;
}

const threadsWithTests = () => threadsWithTestsOf('library', ['--input-type=module', '-e', program]);

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

test('after what npm ci does no thread of the command does', () => {
  const file = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
  const compile = () => threadsWithTestsOf('command', [file('scripts/compile.mjs')]);
  expect(compile()).toBeGreaterThan(1);
  // The same as above: a thread may end before it has written all.
  for (let n = 1; n < STARTS && compile() > 0; n++);
  expect(threadsWithTestsOf('command', [file('bin/rawiron.cjs'), 'demo'])).toBe(0);
});
