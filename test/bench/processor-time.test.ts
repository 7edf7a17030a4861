import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { mostUsed, threadTimes } from '../../bench/processor-time.ts';

test('the thread that has used most since the first look counts, also one that began later', () => {
  const before = new Map([
    ['idle', 5000],
    ['machine', 100],
  ]);
  expect(mostUsed(before, new Map([...before, ['machine', 400], ['compiler', 250]]))).toBe(300);
  expect(mostUsed(before, new Map([...before, ['compiler', 250]]))).toBe(250);
  expect(mostUsed(new Map(), new Map())).toBe(0);
});

test.runIf(process.platform === 'linux')(
  'threads of all processes below one are seen, also in groups of their own',
  async () => {
    const child = spawn('sh', ['-c', "setsid sh -c 'while :; do :; done' & echo $!; wait"], { detached: true });
    const [printed] = (await once(child.stdout, 'data')) as [Buffer];
    const before = threadTimes(child.pid!);
    expect(before.size).toBe(2);
    await expect.poll(() => mostUsed(before, threadTimes(child.pid!)), { timeout: 60_000 }).toBeGreaterThan(0);
    process.kill(Number(printed.toString()), 'SIGKILL');
    await once(child, 'exit');
  },
);
