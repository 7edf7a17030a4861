import { describe, expect, test } from 'vitest';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const linux = await findLinux();

/** Programs on all processors at once, which start others and wait for them, and one that changes what they see of memory. */
const work =
  'for p in $(seq 8); do (for n in $(seq 12); do busybox true | busybox true; done; i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; echo end) & done | grep -c end';

describe.skipIf(typeof linux === 'string')('Linux with several processors', { timeout: TIMEOUT }, () => {
  test.each(['translator', 'interpreter'] as const)('has them all work: %s', async (engine) => {
    if (typeof linux === 'string') return;
    const options = 'cryptomgr.notests nokaslr';
    await using shell = await LinuxShell.boot(linux, engine, options, {
      processors: { sockets: 1, cores: 2, threads: 2 },
    });
    expect(await shell.run('nproc')).toBe('4');
    const cores = 'grep -E "^(core id|siblings)" /proc/cpuinfo | cut -d: -f2 | xargs';
    expect(await shell.run(cores)).toBe('4 0 4 0 4 1 4 1');
    expect(await shell.run(work)).toBe('8');
    // User time of each, in hundredths of a second.
    const busy = await shell.run("grep '^cpu[0-9]' /proc/stat | cut -d' ' -f2 | xargs");
    expect(
      busy
        .split(' ')
        .map(Number)
        .every((ticks) => ticks > 0),
    ).toBe(true);
    for (const processor of ['1', '2', '3'])
      expect(
        await shell.run(`taskset -p $$ | cut -d: -f1; cat /sys/devices/system/cpu/cpu${processor}/online`),
      ).toContain('1');
    expect(
      await shell.run(
        'echo 0 >/sys/devices/system/cpu/cpu3/online; nproc; echo 1 >/sys/devices/system/cpu/cpu3/online; nproc',
      ),
    ).toBe('3\n4');
    const trouble = 'dmesg | grep -iE "oops|bug:|segfault|stall|lockup|call trace|panic" || true';
    expect(await shell.run(trouble)).toBe('');
  });
});
