import { describe, expect, test } from 'vitest';
import { findLinux, LinuxShell } from '../../test/support/linux-shell.ts';
import { putImage } from '../src/images.ts';
import type { JobResult } from '../src/run.ts';
import { SubmittedRun } from '../src/submit.ts';
import { noRedis, TestFleet } from './support/fleet.ts';

const linux = await findLinux();
const lack = typeof linux === 'string' ? ` (${linux})` : noRedis;

describe.skipIf(lack !== '')(`scripts in a guest's shell${lack}`, { timeout: 900_000 }, () => {
  test('have a result with their output and exit code, each in a guest of its own', async () => {
    if (typeof linux === 'string') return;
    await using fleet = await TestFleet.start();
    {
      await using shell = await LinuxShell.boot(linux, 'translator', 'quiet cryptomgr.notests');
      await shell.machine.pause();
      await putImage(fleet.store, 'linux', await shell.machine.snapshot());
    }
    fleet.worker(2);
    const script = `echo "job $JOB of $JOBS"\n[ -e /tmp/there ] && echo again\ntouch /tmp/there\n${'# long\n'.repeat(500)}exit $JOB\n`;
    await using run = await SubmittedRun.submit(fleet.connect, fleet.store, { image: 'linux', script, count: 3 });
    const results: JobResult[] = [];
    for await (const result of run.results()) results.push(result);
    expect(results.sort((a, b) => a.number - b.number).map(({ value }) => value)).toEqual(
      [0, 1, 2].map((number) => ({ output: `job ${number} of 3\n`, code: number })),
    );
  });
});
