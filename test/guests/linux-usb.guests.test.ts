import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { eventsOf } from '../support/linux-events.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 900_000;
const drivers = ['uhci-hcd', 'usbhid', 'hid-generic', 'evdev', 'usb-storage', 'sd_mod', 'ext4', 'crc32c_generic'];
const DISK_BYTES = 16 << 20;

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with USB devices: ${reason}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: () => found.initrd(modules) };

  describe('Linux with a tablet and a keyboard on the USB', { timeout: TIMEOUT }, () => {
    let shell: LinuxShell;
    beforeAll(async () => {
      shell = await LinuxShell.boot(linux, 'translator', 'quiet', { usb: ['tablet', 'keyboard'] });
      await shell.run('sleep 2');
    }, TIMEOUT);
    afterAll(() => shell.machine.stop());

    test('finds both', async () => {
      const names = await shell.run("sed -n 's/^N: Name=//p' /proc/bus/input/devices");
      expect(names).toContain('USB Tablet');
      expect(names).toContain('USB Keyboard');
      expect(await shell.run('cat /sys/bus/usb/devices/1-*/idVendor')).toBe('0627\n0627');
    });

    test('the pointer is where the host puts it', async () => {
      const { mouse } = shell.machine;
      const events = await eventsOf(shell, 'USB Tablet', async () => {
        expect(mouse.isAbsolute).toBe(true);
        await mouse.moveTo(0.25, 0.5);
        await mouse.press('right');
        await mouse.wheel(-1);
      });
      // EV_ABS, EV_KEY with BTN_RIGHT, EV_REL with REL_WHEEL.
      expect(events).toContainEqual([3, 0, 8192]);
      expect(events).toContainEqual([3, 1, 16384]);
      expect(events.filter(([type, code]) => type === 1 && code === 0x111)).toEqual([
        [1, 0x111, 1],
        [1, 0x111, 0],
      ]);
      expect(events).toContainEqual([2, 8, 1]);
    });

    test('keys arrive in their order', async () => {
      const events = await eventsOf(shell, 'USB Keyboard', () => shell.machine.keyboard.type('aB\n'));
      const keys = events.filter(([type]) => type === 1).map(([, code, value]) => [code, value]);
      expect(keys).toEqual([
        ...[
          [30, 1],
          [30, 0],
          [42, 1],
          [48, 1],
          [48, 0],
          [42, 0],
          [28, 1],
          [28, 0],
        ],
      ]);
    });

    test('an idle schedule does not wake the machine', async () => {
      const interrupts = "awk '/uhci_hcd/ { print $2 }' /proc/interrupts";
      const before = Number(await shell.run(interrupts));
      await shell.run('sleep 3');
      expect(Number(await shell.run(interrupts)) - before).toBeLessThan(10);
      expect(await shell.run('dmesg | grep -iE "usb.*(error|fail|disabled|reset)" || true')).toBe('');
    });
  });

  describe('Linux with a disk on the USB', { timeout: TIMEOUT }, () => {
    const disk = Uint8Array.from({ length: DISK_BYTES }, (_, n) => (n * 7 + (n >> 9) * 31) & 0xff);
    let shell: LinuxShell;
    beforeAll(async () => {
      shell = await LinuxShell.boot(linux, 'translator', 'quiet', {
        usb: ['tablet'],
        drives: [{ interface: 'usb', image: disk, format: 'raw' }],
      });
      await shell.run('while ! [ -e /dev/sda ]; do sleep 0.1; done');
    }, TIMEOUT);
    afterAll(() => shell.machine.stop());

    test('what is read is what is there', async () => {
      expect(await shell.run('cat /sys/block/sda/size')).toBe(`${DISK_BYTES / 512}`);
      const md5 = createHash('md5').update(disk).digest('hex');
      expect(await shell.run('md5sum < /dev/sda')).toBe(`${md5}  -`);
    });

    test('a file system on it keeps what is written', async () => {
      await shell.run('mke2fs /dev/sda > /dev/null 2>&1; mkdir -p /mnt; mount -t ext4 /dev/sda /mnt');
      await shell.run(
        'dd if=/dev/urandom of=/mnt/file bs=64k count=64 2>/dev/null; md5sum < /mnt/file > /sum; umount /mnt',
      );
      await shell.run(
        'echo 3 > /proc/sys/vm/drop_caches; mount -t ext4 /dev/sda /mnt; md5sum < /mnt/file | cmp - /sum',
      );
      expect(await shell.run('dmesg | grep -iE "(usb|sd).*(error|fail|reset)" || true')).toBe('');
    });
  });
}
