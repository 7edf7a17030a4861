import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('tests that loop for ever are ended, and it is told where they are', () => {
  const thread = new URL('../support/stuck-tests-thread.mjs', import.meta.url).href;
  const script = `
import { Worker } from 'node:worker_threads';
const workerData = { testPath: 'endless.test.ts', limit: 300 };
new Worker(new URL('${thread}'), { workerData, execArgv: [] }).on('online', function endless() { for (;;); });
`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect(run.signal).toBe('SIGKILL');
  expect(run.stderr).toContain('endless.test.ts: its tests have not ended within 0.005 minutes\n    at endless (');
});
