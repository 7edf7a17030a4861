import { describe, expect, test } from 'vitest';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 400_000;
const linux = await findLinux('686-pae');

describe.skipIf(typeof linux === 'string')('Linux with PAE', { timeout: TIMEOUT }, () => {
  test('boots to its shell and marks data as not executable', async () => {
    if (typeof linux === 'string') return;
    await using shell = await LinuxShell.boot(linux, 'translator', 'cryptomgr.notests');
    expect(await shell.run('uname -r')).toBe(linux.release);
    expect(await shell.run('grep ^flags /proc/cpuinfo')).toMatch(/ pae .* nx\b/);
    expect(await shell.run('dmesg | grep -i "NX (Execute Disable)"')).toContain('protection: active');
    expect(await shell.run('cat /proc/self/maps | grep stack')).toContain(' rw-p ');
    const trouble = 'dmesg | grep -iE "oops|bug:|segfault|general protection|call trace|panic" || true';
    expect(await shell.run(trouble)).toBe('');
  });
});
