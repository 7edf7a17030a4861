import { describe, expect, test } from 'vitest';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 400_000;
const linux = await findLinux('686-pae');

describe.skipIf(typeof linux === 'string')('Linux with PAE', { timeout: TIMEOUT }, () => {
  test('boots to its shell, marks data as not executable, and halts by "halt"', async () => {
    if (typeof linux === 'string') return;
    await using shell = await LinuxShell.boot(linux, 'translator', 'cryptomgr.notests', {
      memory: '256M',
      memoryBelow4G: '192M',
    });
    expect(await shell.run('uname -r')).toBe(linux.release);
    expect(await shell.run('grep ^flags /proc/cpuinfo')).toMatch(/ pae .* nx\b/);
    expect(await shell.run('dmesg | grep -i "NX (Execute Disable)"')).toContain('protection: active');
    expect(await shell.run('cat /proc/self/maps | grep stack')).toContain(' rw-p ');
    // 256 MB, a quarter of it above 4 GB.
    expect(await shell.run('dmesg | grep -E "BIOS-e820.*usable"')).toContain(
      '[mem 0x0000000100000000-0x0000000103ffffff]',
    );
    expect(await shell.run('grep HighTotal /proc/meminfo')).toMatch(/: +65536 kB/);
    const trouble = 'dmesg | grep -iE "oops|bug:|segfault|general protection|call trace|panic" || true';
    expect(await shell.run(trouble)).toBe('');
    const halted = Promise.withResolvers<void>();
    shell.machine.on('halt', () => halted.resolve());
    shell.type('halt');
    await shell.machine.serial.expect('System halted');
    await halted.promise;
  });
});
