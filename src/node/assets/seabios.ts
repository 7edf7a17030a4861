import type { Firmware } from '../../host.ts';
import { packagedFiles } from './packaged.ts';
import type { Progress } from './progress.ts';

/** SeaBIOS and its video BIOSes, from Debian's package. Throws if they cannot be had. */
export async function seabios(progress?: Progress): Promise<Firmware> {
  const files = { bios: 'bios-256k.bin', videoBios: 'vgabios-stdvga.bin', cirrusVideoBios: 'vgabios-cirrus.bin' };
  return await packagedFiles({ package: 'seabios', folder: 'usr/share/seabios', files }, progress);
}
