import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { kernelFlavour } from '../../src/cli/start.ts';
import { Machine, type MachineOptions, NetworkHub } from '../../src/index.ts';
import { attachedTo } from '../../src/node/linux/attached.ts';
import { attachedRoot } from '../../src/node/linux/attached-system.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 900_000;
const found = await findLinux();

const image = (megabytes: number): Uint8Array => new Uint8Array(megabytes << 20);
const user = { type: 'user' } as const;

/** A machine at its shell, and what it said before. */
async function boot(
  linux: DebianLinux,
  options: Partial<MachineOptions>,
): Promise<{ shell: LinuxShell; said: string }> {
  const initrd = await attachedRoot(linux, attachedTo(options));
  const machine = await Machine.create({
    memory: 256,
    ...options,
    boot: { kernel: linux.kernel, initrd, append: 'console=ttyS0 quiet cryptomgr.notests' },
  });
  let said = '';
  machine.serial.on('data', (bytes) => {
    said += Buffer.from(bytes).toString();
  });
  await machine.start();
  const shell = LinuxShell.of(machine);
  await shell.prompt();
  return { shell, said };
}

if (typeof found === 'string') describe.skip(`Linux with drivers: ${found}`, () => test('boots', () => {}));
else
  describe('Linux with drivers for what is attached', { timeout: TIMEOUT }, () => {
    test('disks of every bus, folders, sound and input', async () => {
      const { shell, said } = await boot(found, {
        drives: [
          { image: image(3), format: 'raw' },
          { media: 'cdrom', image: image(1), format: 'raw' },
          { image: new Uint8Array(1440 << 10), interface: 'floppy', format: 'raw' },
          { image: image(4), interface: 'virtio', format: 'raw' },
          { image: image(5), interface: 'nvme', format: 'raw' },
          { image: image(6), interface: 'usb', format: 'raw' },
          { image: image(7), interface: 'sata', format: 'raw' },
        ],
        shares: [
          { tag: 'one', files: { text: 'of one' } },
          { tag: "it's", files: {}, readOnly: true },
        ],
        soundCards: ['sb16', 'AC97', 'adlib'],
        usb: ['tablet'],
        balloon: true,
        rng: true,
        virtioPorts: [{ name: 'port' }],
      });
      await using _ = shell;
      expect(said).not.toContain('warning');
      const [, line] = /^Attached: (.*)\.\r$/m.exec(said)!;
      const things = line!.split(', ');
      const named = ['sr0 (1 MB)', 'fd0 (1 MB)', 'vda (4 MB)', 'nvme0n1 (5 MB)', '/mnt/one', "/mnt/it's", 'sound'];
      for (const thing of named) expect(things).toContain(thing);
      expect(things.filter((thing) => /^sd[abc] \([367] MB\)$/.test(thing))).toHaveLength(3);
      expect(await shell.run('cat /mnt/one/text')).toBe('of one');
      expect(await shell.run("touch /mnt/it\\'s/x 2>&1 || true")).toContain('Read-only');
      expect(await shell.run('grep -c "^ *[0-9]" /proc/asound/cards')).toBe('3');
      expect(await shell.run('cat /sys/class/misc/hw_random/rng_current')).toBe('virtio_rng.0');
      expect(await shell.run('cat /sys/class/virtio-ports/*/name')).toBe('port');
      expect(await shell.run('grep -c "Name=\\"rawiron USB" /proc/bus/input/devices')).toBe('1');
      // File systems come when one is mounted.
      await shell.run('mke2fs /dev/vda > /dev/null 2>&1; mkdir /d; mount /dev/vda /d; touch /d/x; umount /d');
    });

    test('network cards of every kind get their addresses', async () => {
      const cards = ['rtl8139', 'ne2k_pci', 'ne2k_isa', 'e1000', 'pcnet', 'virtio-net-pci'] as const;
      // ACPI has the interrupt of the card on the ISA bus.
      const options = { acpi: false, network: cards.map((card) => ({ card, backend: user })) };
      const { shell, said } = await boot(found, options);
      await using _ = shell;
      expect(said).not.toContain('warning');
      expect(/^Attached: (.*)\.\r$/m.exec(said)![1]!.match(/eth[0-5] 10\.0\.2\.15/g)).toHaveLength(6);
      expect(await shell.run('cat /etc/resolv.conf')).toBe('nameserver 10.0.2.3');
      expect(await shell.run('ip route | grep -c default')).toBe('6');
    });

    test('what is attached and does not work is a warning', async () => {
      const hub = new NetworkHub();
      const options: Partial<MachineOptions> = {
        drives: [{ image: image(1), format: 'raw', interface: 'virtio' }],
        // ACPI has the interrupt of the second card, so that its driver does not load.
        network: [{ backend: { type: 'hub', hub } }, { card: 'ne2k_isa', backend: user }],
        edu: {},
      };
      expect(attachedTo(options).unserved).toEqual(['edu']);
      const { shell, said } = await boot(found, options);
      await using _ = shell;
      expect(said).toContain('warning: eth0 has no address yet: nobody answers its DHCP');
      expect(said).toContain('warning: of 2 network cards Linux has found 1');
      expect(said).toContain('Attached: vda (1 MB), eth0.');
      const keep = 'mke2fs /dev/vda > /dev/null 2>&1 && mount /dev/vda /mnt && touch /mnt/x && ls /mnt';
      expect(await shell.run(keep)).toBe('lost+found  x');
    });
  });

const settings = parseArguments(['start', '-machine', 'xen=on']);
const xenLinux = await findLinux(kernelFlavour(settings));
if (typeof xenLinux === 'string') describe.skip(`Linux on Xen: ${xenLinux}`, () => test('boots', () => {}));
else
  test('the kernel for a machine with Xen has drivers for its disks and cards', { timeout: TIMEOUT }, async () => {
    const { shell, said } = await boot(xenLinux, {
      xen: true,
      drives: [{ image: image(3), format: 'raw', interface: 'xen' }],
      network: [{ card: 'xen-net-device', backend: user }],
    });
    await using _ = shell;
    expect(said).not.toContain('warning');
    expect(said).toContain('Attached: xvda (3 MB), eth0 10.0.2.15.');
  });
