import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { type Engine, findLinux, LinuxShell } from './linux-shell.ts';

const TIMEOUT = 400_000;
const found = await findLinux();

/**
 * Tests of a Debian kernel with a busybox shell. The machine is booted once; the tests come one after the other.
 * `options` are of the kernel's command line.
 */
export function testLinux(engine: Engine, options = ''): void {
  const name = typeof engine === 'string' ? engine : JSON.stringify(engine);
  if (typeof found === 'string') describe.skip(`Linux on ${name}: ${found}`, () => test('boots', () => {}));
  else describe(`Linux on ${name}`, { timeout: TIMEOUT }, () => testShell(found, engine, options));
}

function testShell(linux: DebianLinux, engine: Engine, options: string): void {
  let shell: LinuxShell;
  beforeAll(async () => {
    shell = await LinuxShell.boot(linux, engine, options);
  }, TIMEOUT);
  afterAll(() => shell?.machine.stop());

  testCommands(linux, () => shell);

  test('reboots, by "reboot", to the shell again', async () => {
    shell.type('touch /tmp/here; reboot');
    await shell.machine.serial.expect('Restarting system');
    await shell.prompt();
    expect(await shell.run('ls /tmp | wc -l')).toBe('0');
  });

  test('is turned off by "poweroff"', async () => {
    shell.type('poweroff');
    expect(await shell.machine.exited).toEqual({ reason: 'poweroff', code: 0 });
  });
}

/** Commands, and what they print. */
const outputs = {
  'seq 1 1000 | grep 7 | wc -l': '271',
  'dd if=/dev/zero bs=1M count=16 2>/dev/null | md5sum': '2c7ab85a893283e98c931e9511add182  -',
  'i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i+1)); done; echo $i': '100',
  'i=0; while [ $i -lt 50 ]; do echo $i; i=$((i+1)); done | sort -rn | head -n 2 | tr "\\n" " "': '49 48',
  'timeout 1 sleep 100 || echo $?': 'Terminated\n143',
  'awk "BEGIN { for (n = 1; n <= 1000; n++) x += 1 / n; print x }"': '7.48547',
  'echo "2 ^ 100 % 1000000007" | bc': '976371285',
  'expr 123456789 \\* 1000 / 7': '17636684142',
  'seq 1 300 | xargs -n 10 echo | wc -l': '30',
  'mkdir -p /tmp/a/b && echo x > /tmp/a/b/c && tar -C /tmp -cz a | tar -tz | tail -n 1': 'a/b/c',
};

function testCommands(linux: DebianLinux, shell: () => LinuxShell): void {
  test('says what it is', async () => {
    const text = await shell().run('uname -a');
    expect(text).toContain(`Linux rawiron ${linux.release} `);
    expect(text).toContain('i686');
  });

  test('knows the processor', async () => {
    const text = await shell().run('cat /proc/cpuinfo');
    expect(text).toMatch(/^vendor_id\s*: GenuineIntel$/m);
    expect(text).toMatch(/^model name\s*: rawiron/m);
    expect(text).toMatch(/^flags\s*: fpu .*\btsc\b.*\bcmov\b/m);
  });

  for (const [command, output] of Object.entries(outputs)) {
    test(command, async () => expect(await shell().run(command)).toBe(output));
  }

  test('compresses and decompresses its own program', async () => {
    const sum = createHash('md5').update(linux.busybox).digest('hex');
    expect(await shell().run('gzip -1c /bin/busybox | gunzip -c | md5sum')).toBe(`${sum}  -`);
  });

  test('has had no trouble', async () => {
    const trouble = 'dmesg | grep -iE "oops|bug:|segfault|general protection|call trace|panic|unknown nmi" || true';
    expect(await shell().run(trouble)).toBe('');
  });
}
