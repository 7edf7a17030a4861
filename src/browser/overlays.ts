import { openDisk } from '../storage/open.ts';
import { createKept } from './files.ts';
import { browserStorage } from './storage.ts';

/**
 * Keeps an image in the browser that has nothing but what a guest writes: the rest is read from a web server while the guest needs
 * it. It is a qcow2 image with that address as its backing file, which must stay as it is.
 * @param name such as "opfs:disk.qcow2", as of `keepImage`
 * @param address of a disk image on a server that sends parts of files
 * @throws ConfigurationError if the image cannot be read in parts, or for a name that cannot be
 */
export async function keepOverlay(name: string, address: string): Promise<void> {
  const { createQcow2 } = await import('../storage/qcow2/create.ts');
  // Pages in other folders of the server have it too.
  const file = await browserStorage.identify(address);
  const base = await openDisk(browserStorage, file, { access: 'read' });
  try {
    const backing = { file, format: base.format, disk: base };
    const store = await createKept(name);
    try {
      await createQcow2(store, { size: base.size, backing }, browserStorage.decompressor);
    } finally {
      await store.close();
    }
  } finally {
    await base.close();
  }
}
