import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { eventsOf } from '../support/linux-events.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 900_000;
const drivers = [
  'xhci-pci',
  'ehci-pci',
  'usbhid',
  'hid-generic',
  'evdev',
  'usb-storage',
  'sd_mod',
  'ext4',
  'crc32c_generic',
];
const DISK_BYTES = 16 << 20;

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with USB 2: ${reason}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: () => found.initrd(modules) };

  describe.each([
    ['qemu-xhci', 'xhci_hcd', 'PCI-MSI'],
    ['nec-usb-xhci', 'xhci_hcd', 'PCI-MSI'],
    ['usb-ehci', 'ehci_hcd', 'IO-APIC'],
  ] as const)('Linux with %s', { timeout: TIMEOUT }, (model, driver, interrupts) => {
    const disk = Uint8Array.from({ length: DISK_BYTES }, (_, n) => (n * 7 + (n >> 9) * 31) & 0xff);
    let shell: LinuxShell;
    beforeAll(async () => {
      shell = await LinuxShell.boot(linux, 'translator', 'quiet', {
        usb: ['tablet', 'keyboard'],
        drives: [{ interface: 'usb', image: disk, format: 'raw' }],
        usbControllers: [{ model }],
      });
      await shell.run('while ! [ -e /dev/sda ]; do sleep 0.1; done');
    }, TIMEOUT);
    afterAll(() => shell.machine.stop());

    test('finds what is plugged in, at high speed', async () => {
      const names = await shell.run("sed -n 's/^N: Name=//p' /proc/bus/input/devices");
      expect(names).toContain('USB Tablet');
      expect(names).toContain('USB Keyboard');
      expect(await shell.run('cat /sys/bus/usb/devices/1-[123]/speed')).toBe('480\n480\n480');
    });

    test('gets interrupts, and few while nothing happens', async () => {
      expect(await shell.run(`grep ${driver} /proc/interrupts`)).toContain(interrupts);
      const count = async () =>
        Number(await shell.run(`awk '/${driver}/ { n += $2 } END { print n }' /proc/interrupts`));
      const before = await count();
      await shell.run('sleep 2');
      expect((await count()) - before).toBeLessThan(10);
    });

    test('the pointer is where the host puts it, and keys arrive', async () => {
      const { mouse, keyboard } = shell.machine;
      const moved = await eventsOf(shell, 'USB Tablet', () => mouse.moveTo(0.25, 0.5));
      expect(moved).toContainEqual([3, 0, 8192]);
      expect(moved).toContainEqual([3, 1, 16384]);
      const typed = await eventsOf(shell, 'USB Keyboard', () => keyboard.type('a'));
      expect(typed.filter(([type]) => type === 1)).toEqual([
        [1, 30, 1],
        [1, 30, 0],
      ]);
    });

    test('what is read of a disk is what is there, and a file system on it keeps what is written', async () => {
      const md5 = createHash('md5').update(disk).digest('hex');
      expect(await shell.run('md5sum < /dev/sda')).toBe(`${md5}  -`);
      await shell.run('mke2fs /dev/sda > /dev/null 2>&1; mkdir -p /mnt; mount -t ext4 /dev/sda /mnt');
      await shell.run(
        'dd if=/dev/urandom of=/mnt/file bs=64k count=64 2>/dev/null; md5sum < /mnt/file > /sum; umount /mnt',
      );
      await shell.run(
        'echo 3 > /proc/sys/vm/drop_caches; mount -t ext4 /dev/sda /mnt; md5sum < /mnt/file | cmp - /sum',
      );
    });

    test('nothing went wrong', async () => {
      const problems = 'dmesg | grep -iE "(usb|sd|hci).*(error|fail|reset|died|warn|timeout)" || true';
      expect(await shell.run(problems)).toBe('');
    });
  });
}
