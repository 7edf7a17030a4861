import type { DebianLinux } from '../../../src/node/linux/debian.ts';
import type { V86Options } from '../../../src/node/v86.ts';
import { MOUNT } from '../linux-9p.ts';
import { linuxModules } from '../linux-modules.ts';
import { findLinux } from '../linux-shell.ts';
import { type EmulatorClass, type Guest, listen } from './scripts.ts';

const PROMPT = '~ # ';
const image = (bytes: Uint8Array) => ({ buffer: new Uint8Array(bytes).buffer });
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

const drivers = ['virtio_pci', '9pnet_virtio', '9p', 'ata_piix', 'sr_mod'];

/** Linux with drivers for folders and CDs, or why there is none here. */
export async function findLinuxWithDrivers(): Promise<DebianLinux | string> {
  const found = await findLinux();
  if (typeof found === 'string') return found;
  const modules = await linuxModules(found.modules, ...drivers).catch(String);
  return typeof modules === 'string' ? modules : { ...found, initrd: () => found.initrd(modules) };
}

/** The output of a command at the shell. */
async function command({ emulator, until }: Guest, line: string): Promise<string> {
  emulator.serial0_send(`${line}; echo "do""ne"\n`);
  const output = await until('done\r\n');
  await until(PROMPT);
  return output.slice(output.indexOf('\r\n') + 2);
}

/** The view of a program with Linux, and of a folder that it shares with the guest. */
export async function linuxScript(
  Emulator: EmulatorClass,
  options: V86Options,
  linux: DebianLinux,
  cdrom: Uint8Array,
): Promise<unknown> {
  const emulator = new Emulator({
    ...{ bzimage: image(linux.kernel), initrd: image(linux.initrd()), filesystem: {}, memory_size: 128 << 20 },
    ...{ cmdline: 'console=ttyS0 cryptomgr.notests', autostart: true, disable_speaker: true, virtio_console: true },
    ...{ net_device: { type: 'virtio', relay_url: 'ws://127.0.0.1:9/' } as const, cdrom: image(cdrom) },
    ...options,
  });
  const guest = listen(emulator);
  try {
    await guest.until(PROMPT);
    await command(guest, 'dmesg -n 1');
    const mounted = await command(guest, `mkdir /mnt; ${MOUNT} host9p /mnt`);
    await emulator.create_file('/from-page', new TextEncoder().encode('a line of the page'));
    const read = await command(guest, 'cat /mnt/from-page');
    await command(guest, 'mkdir /mnt/sub; echo from the guest > /mnt/sub/file; sync');
    const written = text(await emulator.read_file('/sub/file'));
    const missing = await emulator.read_file('nothing').then(
      () => 'found',
      () => 'rejected',
    );
    const size = await command(guest, 'cat /sys/block/sr0/size; dd if=/dev/sr0 bs=2048 count=17 2>/dev/null | md5sum');
    await emulator.set_cdrom(image(cdrom.map((byte) => byte ^ 1)));
    const other = await command(guest, 'dd if=/dev/sr0 bs=2048 count=17 2>/dev/null | md5sum');
    await emulator.eject_cdrom();
    const gone = await command(guest, 'dd if=/dev/sr0 of=/dev/null bs=2048 count=1 2>/dev/null || echo none');
    const card = await command(guest, 'cat /sys/bus/pci/devices/*/device | grep -cE "0x1000|0x1041"');
    const page = await command(guest, 'cat /proc/cmdline; grep -c ^MemTotal /proc/meminfo');
    return { mounted, read, written, missing, size, other, gone, card, page };
  } finally {
    await emulator.destroy();
  }
}
