import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Firmware } from '../../host.ts';
import { AptClient, unpack } from './apt.ts';
import { cachedAssets } from './cache.ts';
import type { Progress } from './progress.ts';

const folder = 'usr/share/seabios';
const files = { bios: 'bios-256k.bin', videoBios: 'vgabios-stdvga.bin' } as const;

/**
 * SeaBIOS and its video BIOS, unmodified, from Debian's package: the host's copy if it is installed, else from the cache or
 * through the host's apt client. Throws if that cannot be run, reaches no server or finds no package.
 */
export async function seabios(progress: Progress = () => {}): Promise<Firmware> {
  const { bios, videoBios } = (await readFolder('/').catch(() => null)) ?? (await downloaded(progress));
  return { bios, videoBios };
}

async function readFolder(root: string): Promise<Firmware> {
  const read = async (name: string) => new Uint8Array(await readFile(join(root, folder, name)));
  return { bios: await read(files.bios), videoBios: await read(files.videoBios) };
}

async function downloaded(progress: Progress): Promise<Firmware> {
  const { bios, videoBios } = await cachedAssets('seabios', async (work) => {
    const apt = await AptClient.create(work);
    await apt.update(progress);
    const tree = join(work, 'files');
    await unpack(
      await apt.download('seabios', progress),
      Object.values(files).map((name) => `./${folder}/${name}`),
      tree,
    );
    return { ...(await readFolder(tree)) };
  });
  return { bios, videoBios };
}
