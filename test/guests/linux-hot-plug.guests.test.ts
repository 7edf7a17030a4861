import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 900_000;
const drivers = [
  'uhci-hcd',
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
const [DISK_BYTES, RECORD_BYTES] = [8 << 20, 64 << 10];

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux and what is plugged in: ${reason}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: () => found.initrd(modules) };
  const disk = Uint8Array.from({ length: DISK_BYTES }, (_, n) => (n * 7 + (n >> 9) * 31) & 0xff);
  const md5 = createHash('md5').update(disk).digest('hex');

  const models = ['piix3-usb-uhci', 'qemu-xhci', 'usb-ehci'] as const;
  describe.each(models)('Linux sees USB devices come and go at %s', { timeout: TIMEOUT }, (model) => {
    let shell: LinuxShell;
    const until = (condition: string) => shell.run(`while ! ${condition}; do sleep 0.1; done`);
    const stick = { device: 'disk', id: 'stick', image: disk, format: 'raw', snapshot: true } as const;
    const plugStick = () => shell.machine.usb.plug(stick);
    beforeAll(async () => {
      shell = await LinuxShell.boot(linux, 'translator', 'quiet', { usbControllers: [{ model }] });
      await shell.run('sleep 2');
    }, TIMEOUT);
    afterAll(() => shell.machine.stop());

    test('a tablet, by whose places the pointer moves', async () => {
      const { mouse, usb } = shell.machine;
      await usb.plug('tablet');
      await until("grep -q 'USB Tablet' /proc/bus/input/devices");
      const handlers = "awk '/USB Tablet/ { found = 1 } found && /^H:/ { print; exit }' /proc/bus/input/devices";
      const device = /event\d+/.exec(await shell.run(handlers))![0];
      await shell.run(`(cat /dev/input/${device} > /events &); sleep 0.5`);
      expect(mouse.isAbsolute).toBe(true);
      await mouse.moveTo(0.25, 0.5);
      await shell.run('sleep 0.5; killall cat');
      expect(await shell.run("od -An -v -w16 -t d4 /events | awk '{ print $4 }'")).toContain('8192');
      await usb.unplug('usb-tablet');
      await until('[ -z $(grep -o Tablet /proc/bus/input/devices) ]');
      expect(mouse.isAbsolute).toBe(false);
    });

    test('a disk, which is read; and the same one again', async () => {
      for (let n = 0; n < 2; n++) {
        await plugStick();
        await until('[ -e /dev/sd? ]');
        expect(await shell.run('cat /dev/sd? | md5sum')).toBe(`${md5}  -`);
        await shell.machine.usb.unplug('stick');
        await until('[ ! -e /dev/sd? ]');
      }
    });

    test('a disk that goes in the middle of a transfer: it fails, and the next one works', async () => {
      // So slow that it is still read when it goes, at high speed too.
      await shell.machine.usb.plug({ ...stick, limits: { bps: 2 << 20 } });
      await until('[ -e /dev/sd? ]');
      // In a subshell, so that the shell says nothing when it ends.
      await shell.run(
        `((dd if=$(ls /dev/sd?) of=/dev/null bs=${RECORD_BYTES} 2>/dd; echo $? > /code) &); usleep 20000`,
      );
      await shell.machine.usb.unplug('stick');
      await until('[ -s /code ]');
      // What was read ahead has no error for dd: the disk ends there.
      const records = Number(await shell.run("sed -n 's/+.*records in$//p' /dd"));
      expect(records).toBeLessThan(DISK_BYTES / RECORD_BYTES);
      await until('[ ! -e /dev/sd? ]');
      await plugStick();
      await until('[ -e /dev/sd? ]');
      expect(await shell.run('cat /dev/sd? | md5sum')).toBe(`${md5}  -`);
    });

    test('what is plugged in is in a snapshot', async () => {
      const { machine } = shell;
      const snapshot = await machine.snapshot();
      await machine.usb.unplug('stick');
      await expect(machine.load(snapshot)).rejects.toThrow('was taken with usb0 in port 1 on the USB');
      await plugStick();
      await machine.load(snapshot);
      expect(await shell.run('cat /dev/sd? | md5sum')).toBe(`${md5}  -`);
    });
  });
}
