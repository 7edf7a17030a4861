import { networkCards, type PciCardModel, pciCardModels } from '../../../runtime/machine/catalogue/network.ts';
import type { Firmware } from '../../host.ts';
import type { Progress } from '../../util/progress.ts';
import { packagedFiles } from './packaged.ts';

/** SeaBIOS and its video BIOSes, from Debian's package. Throws if they cannot be had. */
export async function seabios(progress?: Progress): Promise<Firmware> {
  const files = {
    bios: 'bios-256k.bin',
    videoBios: 'vgabios-stdvga.bin',
    cirrusVideoBios: 'vgabios-cirrus.bin',
    vmwareVideoBios: 'vgabios-vmware.bin',
  };
  return await packagedFiles({ package: 'seabios', folder: 'usr/share/seabios', files }, progress);
}

const ipxeFiles = Object.fromEntries(pciCardModels.map((model) => [model, networkCards[model].ipxe])) as Readonly<
  Record<PciCardModel, string>
>;

/** iPXE's option ROM for a network card, from Debian's package. Throws if it cannot be had. */
export async function ipxe(card: PciCardModel, progress?: Progress): Promise<Uint8Array> {
  const files = { package: 'ipxe-qemu', folder: 'usr/lib/ipxe/qemu', files: ipxeFiles };
  return (await packagedFiles(files, progress))[card];
}
