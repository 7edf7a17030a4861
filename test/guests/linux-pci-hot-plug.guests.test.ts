import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type MachineEvents, openMonitor } from '../../src/index.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 900_000;
const drivers = [
  ...['virtio_pci', 'virtio_net', 'virtio_blk', 'virtio-rng', 'nvme'],
  ...['e1000', '8139cp', 'ne2k-pci', 'pcnet32'],
];
const cards = ['virtio-net-pci', 'e1000', 'rtl8139', 'ne2k_pci', 'pcnet'];
const disks = { 'virtio-blk-pci': '/dev/vda', nvme: '/dev/nvme0n1' } as const;

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux and PCI devices that come and go: ${reason}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: () => found.initrd(modules) };
  const disk = Uint8Array.from({ length: 1 << 20 }, (_, n) => (n * 7 + (n >> 9) * 31) & 0xff);
  const md5 = createHash('md5').update(disk).digest('hex');

  const boots = { 'without firmware': {}, 'by our BIOS': { bios: 'rawiron' }, 'by SeaBIOS': { bios: 'seabios' } };

  describe.each(Object.entries(boots))('Linux that was started %s', { timeout: TIMEOUT }, (_, boot) => {
    test('sees PCI devices come, uses them, and lets them go', async () => {
      await using shell = await LinuxShell.boot(linux, 'translator', 'quiet', {
        boot: boot as never,
        network: [{ card: 'e1000', name: 'cold' }],
      });
      const { machine } = shell;
      const monitor = openMonitor(machine);
      const gone: MachineEvents['unplug'][] = [];
      machine.on('unplug', (device) => void gone.push(device));
      const until = (condition: string) => shell.run(`while ! ${condition}; do sleep 0.1; done`);
      const pullOut = async (id: string) => {
        await machine.pci.unplug(id);
        await expect.poll(() => gone.splice(0).map((device) => device.id), { timeout: TIMEOUT }).toEqual([id]);
      };
      await monitor.execute('netdev_add user,id=n0');
      for (const card of cards) {
        expect(await monitor.execute(`device_add ${card},netdev=n0,id=net1`)).toBe('');
        await until('[ -d /sys/class/net/eth1 ]');
        await shell.run('ifconfig eth1 up');
        expect(await shell.run('udhcpc -i eth1 -n -q 2>&1')).toContain('lease of 10.0.2.15 obtained');
        await pullOut('net1');
        expect(await shell.run('ls /sys/class/net')).not.toContain('eth1');
      }
      for (const [device, path] of Object.entries(disks)) {
        const slot = 30;
        await machine.pci.plug({ device: device as keyof typeof disks, id: 'v', slot, image: disk, format: 'raw' });
        await until(`[ -e ${path} ]`);
        expect(await shell.run(`md5sum ${path}`)).toBe(`${md5}  ${path}`);
        const snapshot = await machine.snapshot();
        await pullOut('v');
        await until(`[ ! -e ${path} ]`);
        await machine.pci.plug({ device: device as keyof typeof disks, id: 'v', slot, image: disk, format: 'raw' });
        await machine.load(snapshot);
        expect(await shell.run(`echo 3 > /proc/sys/vm/drop_caches; md5sum ${path}`)).toBe(`${md5}  ${path}`);
        await pullOut('v');
      }
      await pullOut('cold');
      expect(await shell.run('ls /sys/class/net')).toBe('lo');
      await machine.pci.plug({ device: 'virtio-rng-pci', id: 'r' });
      await until('grep -q virtio_rng /sys/class/misc/hw_random/rng_available');
      // Who owns the guest may pull something out without being asked.
      const slot = (await machine.pci.devices())[0]!.slot;
      await shell.run(`echo 0 > /sys/bus/pci/slots/${slot}/power`);
      await expect.poll(() => gone.map(({ id }) => id), { timeout: TIMEOUT }).toEqual(['r']);
    });
  });
}
