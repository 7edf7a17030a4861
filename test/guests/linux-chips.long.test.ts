import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { spdContents } from '../../runtime/devices/smbus/spd.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const drivers = ['floppy', 'parport_pc', 'lp', 'psmouse', 'evdev', 'qemu_fw_cfg', 'i2c-piix4', 'at24'];

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

/** A disk whose sectors are all different. */
function disk(kilobytes: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: kilobytes << 10 }, (_, n) => (n * 7 + (n >> 9) * 31 + seed) & 0xff);
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

if (typeof found === 'string' || typeof modules === 'string') {
  describe.skip(`Linux with its drivers: ${typeof found === 'string' ? found : modules}`, () =>
    test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };
  describe.each(['interpreter', 'translator'] as const)(
    'Linux with its drivers: %s',
    { timeout: TIMEOUT },
    (engine) => {
      testDrivers(linux, engine);
    },
  );
}

function testDrivers(linux: DebianLinux, engine: 'interpreter' | 'translator'): void {
  const [a, b] = [disk(1440, 1), disk(720, 2)];
  let booted: LinuxShell;
  const shell = () => booted;
  beforeAll(async () => {
    booted = await LinuxShell.boot(linux, engine, 'cryptomgr.notests', {
      drives: [
        { image: a, format: 'raw', interface: 'floppy' },
        { image: b, format: 'raw', interface: 'floppy', readOnly: true },
      ],
      firmwareFiles: { 'opt/org.example/seed': b, 'opt/empty': new Uint8Array(0) },
    });
  }, TIMEOUT);
  afterAll(() => booted?.machine.stop());
  testFloppies(shell, a, b);
  testFirmwareFiles(shell, b);
  testOthers(shell);
  testNewFloppy(shell);
}

function testFloppies(shell: () => LinuxShell, a: Uint8Array, b: Uint8Array): void {
  test('the floppy controller and its drives are found', async () => {
    const log = await shell().run('dmesg | grep -iE "floppy|fdc"');
    expect(log).toMatch(/fd0 is 1.44M, fd1 is 1.44M/);
    expect(log).toContain('FDC 0 is a post-1991 82077');
  });

  test('floppy disks of two formats are read whole', async () => {
    expect(await shell().run('md5sum < /dev/fd0; md5sum < /dev/fd1')).toBe(`${md5(a)}  -\n${md5(b)}  -`);
  });

  test('a floppy disk is written, but not where it is protected', async () => {
    await shell().run(
      'dd if=/dev/fd1 of=/dev/fd0 bs=18k seek=3 count=9 conv=fsync 2>&1 && echo 3 > /proc/sys/vm/drop_caches',
    );
    expect(await shell().run('dd if=/dev/fd0 bs=18k skip=3 count=9 2>/dev/null | md5sum')).toBe(
      `${md5(b.subarray(0, (9 * 18) << 10))}  -`,
    );
    expect(await shell().run('echo x 2>&1 > /dev/fd1 || true')).toContain('Read-only file system');
  });
}

function testFirmwareFiles(shell: () => LinuxShell, seed: Uint8Array): void {
  test('files for the firmware are found by their names', async () => {
    const folder = '/sys/firmware/qemu_fw_cfg/by_name';
    expect(await shell().run(`md5sum < ${folder}/opt/org.example/seed/raw; cat ${folder}/opt/empty/size`)).toBe(
      `${md5(seed)}  -\n0`,
    );
    expect(await shell().run('cat /sys/bus/acpi/devices/QEMU0002:00/status')).toBe('11');
  });
}

function testOthers(shell: () => LinuxShell): void {
  test('the keyboard types on the virtual console', async () => {
    await shell().run('(head -n 1 < /dev/tty1 > /tmp/typed &); sleep 1');
    await shell().machine.keyboard.type('Hello, World!\n');
    expect(await shell().run('until grep World /tmp/typed; do sleep 1; done')).toBe('Hello, World!');
  });

  test('the mouse has a wheel and five buttons, and moves', async () => {
    expect(await shell().run('grep -i mouse /proc/bus/input/devices')).toMatch(/ImExPS\/2|Explorer/);
    const mouse = "$(sed -n '/ouse/,/Handlers/s/.*Handlers=.*\\(event[0-9]*\\).*/\\1/p' /proc/bus/input/devices)";
    await shell().run(`(head -c 32 < /dev/input/${mouse} > /tmp/moved &); sleep 1`);
    await shell().machine.mouse.move(5, -3);
    await shell().machine.mouse.press('left');
    // Events of 16 bytes: relative x and y, the button, each report with its end.
    expect(
      await shell().run('until [ -s /tmp/moved ]; do sleep 1; done; hexdump -v -s 8 -n 8 -e \'/2 "%d "\' /tmp/moved'),
    ).toBe('2 0 5 0');
  });

  test('what is printed comes out of the parallel port', async () => {
    expect(await shell().run('dmesg | grep parport0:')).toContain('PC-style at 0x378, irq 7 [PCSPP,TRISTATE]');
    await shell().run('echo on paper > /dev/lp0');
    const [text] = await shell().machine.parallel.expect(/.*\n/);
    expect(text).toBe('on paper\n');
    expect(await shell().run("grep parport0 /proc/interrupts | awk '{ print ($2 > 5) }'")).toBe('1');
  });

  test('the SMBus is found, and what the EEPROM of the memory tells', async () => {
    expect(await shell().run('dmesg | grep piix4_smbus')).toContain('SMBus Host Controller at 0x700, revision 0');
    const bus = '$(dirname $(grep -l "PIIX4" /sys/bus/i2c/devices/i2c-*/name))';
    await shell().run(`echo spd 0x50 > ${bus}/new_device`);
    const read = await shell().run(`hexdump -v -e '/1 "%02x"' ${bus}/*-0050/eeprom`);
    expect(read).toBe(
      Buffer.from(spdContents(128 << 20)[0]!)
        .toString('hex')
        .padEnd(512, '0'),
    );
  });

  test('the HPET is taken, and the clock goes as the host', async () => {
    expect(await shell().run('dmesg | grep hpet0')).toContain('3 comparators, 64-bit 100.000000 MHz counter');
    expect(await shell().run('hwclock -u | wc -l')).toBe('1');
  });

  test('nothing went wrong on the way', async () => {
    // On a busy host the guest does not run for longer than a period of the RTC (64 Hz): the kernel says so, and goes on.
    const complaints = 'dmesg | grep -iE "floppy.*(error|timeout)|I/O error|lost|spurious|oops" | grep -v "hpet: Lost"';
    expect(await shell().run(`${complaints} || true`)).toBe('');
  });
}

function testNewFloppy(shell: () => LinuxShell): void {
  // In its first five minutes this kernel notices a new disk by the first read, which fails.
  test('another floppy disk is noticed', async () => {
    const next = disk(1440, 3);
    await shell().machine.drives[0]!.change(next, { format: 'raw' });
    await shell().run('dd if=/dev/fd0 of=/dev/null bs=512 count=1 2>&1 || true');
    expect(await shell().run('md5sum < /dev/fd0')).toBe(`${md5(next)}  -`);
  });
}
