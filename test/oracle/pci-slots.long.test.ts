import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haltingRom, shownByBoth } from './monitor/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const TIMEOUT = 120_000;
const BYTES = 1 << 20;

/** A Multiboot kernel that halts, told where it is loaded by its header. */
function haltingKernel(): Uint8Array {
  const address = 0x100000;
  const flags = 1 << 16;
  const magic = 0x1badb002;
  const end = address + 36;
  const words = [magic, flags, -(magic + flags), address, address, end, end, address + 32, 0xf4f4f4f4];
  return new Uint8Array(Uint32Array.from(words).buffer);
}

/**
 * ROM stands for a firmware that halts, KERNEL for a kernel, FOLDER for a folder; A, B and C are drives that wait for a device. Cards of -nic name their
 * model, and where there is none it says so: QEMU has others without being asked.
 */
const flagSets = [
  '-bios ROM -nic user,model=rtl8139',
  '-bios ROM -nic none -display none',
  '-bios ROM -nographic -nic user,model=e1000',
  '-bios ROM -vga none -nic user,model=e1000',
  '-bios ROM -vga cirrus -nic user,model=pcnet',
  '-bios ROM -nodefaults -nic user,model=e1000',
  '-bios ROM -nodefaults -vga std -nic user,model=rtl8139 -nic user,model=ne2k_pci',
  '-kernel KERNEL -vga none -nic user,model=e1000',
  '-kernel KERNEL -nodefaults -nic user,model=e1000',
  '-bios ROM -nic none A B C -device virtio-blk-pci,drive=a -device e1000 -device nvme,drive=b,serial=s -device virtio-blk-pci,drive=c',
  '-bios ROM -drive if=virtio,file=DISK,format=raw -device virtio-rng-pci -device e1000 -nic user,model=rtl8139',
  '-bios ROM -drive file=DISK,format=raw -cdrom DISK2 A -device virtio-blk-pci,drive=a -nic user,model=e1000',
  '-bios ROM -usb -device usb-tablet -nic user,model=e1000',
  '-bios ROM -device piix3-usb-uhci -device qemu-xhci -device usb-ehci -nic user,model=e1000',
  '-bios ROM -nic none -device nec-usb-xhci,addr=9 -device rtl8139',
  '-bios ROM A -device ahci,id=ahci -device ide-hd,drive=a,bus=ahci.0 -nic user,model=e1000',
  '-bios ROM -nic none -device virtio-serial-pci -device virtio-balloon-pci -device virtio-rng-pci -device edu',
  '-bios ROM -nic none -device edu -device virtio-balloon-pci -device virtio-serial-pci',
  '-bios ROM -nic none -device lsi -device mptsas1068 -device lsi53c810 -device pvscsi',
  '-bios ROM -audiodev none,id=s -device AC97,audiodev=s -nic user,model=e1000',
  '-bios ROM -audio none,model=ac97 -device e1000 -nic user,model=pcnet',
  '-bios ROM -virtfs local,path=FOLDER,mount_tag=t,security_model=none -device e1000 -nic user,model=rtl8139',
  '-bios ROM -nic none -device e1000 -fsdev local,id=f,path=FOLDER,security_model=none -device virtio-9p-pci,fsdev=f,mount_tag=t',
  '-bios ROM -nic none -device e1000 -device VGA -device rtl8139',
  '-bios ROM -nic none -device cirrus-vga,addr=5 -device e1000 -device edu,addr=7 -device virtio-rng-pci,addr=3 -device pcnet',
  '-bios ROM -nic none -device ne2k_isa -device ne2k_pci -audiodev none,id=s -device sb16,audiodev=s -device virtio-net-pci',
];

/**
 * Command lines without firmware to set the display adapter up, which this emulator's machine does not have then; its slot stays
 * free.
 */
const withoutDisplay = [
  '-kernel KERNEL -nographic -nic user,model=virtio',
  '-kernel KERNEL -display none -net nic,model=rtl8139 -net user -device virtio-rng-pci',
  '-kernel KERNEL -nographic -drive if=virtio,file=DISK,format=raw -nic user,model=e1000',
];

/** Where each function is and its class and numbers: `Bus  0, device   3, function 0: Ethernet controller: PCI device 8086:100e`. */
function functionsIn(text: string): string[] {
  const found = text.matchAll(/^ *(Bus .*:)\r?\n *(.*PCI device \S+)\r?$/gm);
  return Array.from(found, ([, place, device]) => `${place} ${device}`);
}

describe.skipIf(!qemuVersion()?.startsWith('7.2'))("info pci shows what QEMU's does", { timeout: TIMEOUT }, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pci-slots-'));
    writeFileSync(join(folder, 'rom'), haltingRom());
    writeFileSync(join(folder, 'kernel'), haltingKernel());
    for (const name of ['a', 'b', 'c', 'disk', 'disk2']) writeFileSync(join(folder, name), new Uint8Array(BYTES));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const insteadOf: Readonly<Record<string, string>> = { ROM: 'rom', KERNEL: 'kernel' };
  const drive = (name: string) => ['-drive', `if=none,id=${name},format=raw,file=${join(folder, name)}`];
  const withPlaces = (flag: string): readonly string[] => {
    if (/^[ABC]$/.test(flag)) return drive(flag.toLowerCase());
    if (insteadOf[flag]) return [join(folder, insteadOf[flag])];
    return [flag.replace('FOLDER', folder).replace(/DISK2?/, (name) => join(folder, name.toLowerCase()))];
  };
  const functionsWith = async (line: string) => {
    const [theirs, ours] = await shownByBoth(line.split(' ').flatMap(withPlaces), 'info pci');
    return { theirs: functionsIn(theirs), ours: functionsIn(ours) };
  };

  test.each(flagSets)('%s', async (line) => {
    const { theirs, ours } = await functionsWith(line);
    expect(theirs.length).toBeGreaterThan(3);
    expect(ours).toEqual(theirs);
  });

  test.each(withoutDisplay)('%s', async (line) => {
    const { theirs, ours } = await functionsWith(line);
    expect(ours).toEqual(theirs.filter((text) => !text.includes('VGA controller')));
    expect(ours).not.toEqual(theirs);
  });
});
