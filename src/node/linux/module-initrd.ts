import { createHash } from 'node:crypto';
import { cachedAssets } from '../assets/cache.ts';
import { initramfs } from './initramfs.ts';
import type { ModuleTree } from './modules.ts';

/** Where the busybox system finds the paths of the modules that it loads when it starts, in their order. */
export const LOADED_MODULES = 'etc/modules.load';

/** Part of the key of what is kept: another one when what is made from the same names changes. */
const VERSION = 1;

/**
 * An initrd with modules and all that they need, which is put behind the one of a system (`joinInitrds`). It is made once
 * and kept in the cache.
 * @param loaded modules that the system loads when it starts
 * @param asked modules that are there for modprobe, and so for the kernel, which asks for file systems by it
 * @throws Error that names a module which is not there
 */
export async function moduleInitrd(
  tree: ModuleTree,
  loaded: readonly string[],
  asked: readonly string[] = [],
): Promise<Uint8Array> {
  const key = createHash('sha256')
    .update(JSON.stringify([VERSION, loaded, asked]))
    .digest('hex')
    .slice(0, 16);
  const files = await cachedAssets(`linux-modules-${tree.release}-${key}`, async () => {
    const paths = tree.inOrder(loaded).map(({ path }) => `/lib/modules/${tree.release}/${path}\n`);
    return {
      initrd: initramfs([
        ...(await tree.entries([...loaded, ...asked])),
        { type: 'file', path: LOADED_MODULES, data: paths.join('') },
      ]),
    };
  });
  return files.initrd!;
}
