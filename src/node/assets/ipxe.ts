import type { PciCardModel } from '../../../runtime/machine/models.ts';
import { packagedFiles } from './packaged.ts';
import type { Progress } from './progress.ts';

const files: Readonly<Record<PciCardModel, string>> = {
  rtl8139: 'pxe-rtl8139.rom',
  ne2k_pci: 'pxe-ne2k_pci.rom',
  e1000: 'pxe-e1000.rom',
  pcnet: 'pxe-pcnet.rom',
  'virtio-net-pci': 'pxe-virtio.rom',
};

/** iPXE's option ROM for a network card, from Debian's package. Throws if it cannot be had. */
export async function ipxe(card: PciCardModel, progress?: Progress): Promise<Uint8Array> {
  const roms = await packagedFiles({ package: 'ipxe-qemu', folder: 'usr/lib/ipxe/qemu', files }, progress);
  return roms[card];
}
