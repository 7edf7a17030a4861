import { DIRTY, LAZY_REFCOUNTS } from './extensions.ts';
import { field } from './header.ts';
import type { ImageFile } from './image-file.ts';

/**
 * An image that is being changed is marked, as far as its version has a mark for it. If the mark is there when the image is
 * opened the host has stopped meanwhile, and clusters may count as used that are not (Metadata).
 */
export async function setDirty(file: ImageFile, isDirty: boolean): Promise<void> {
  const { store, header } = file;
  if (header.version < 3) return;
  header.incompatible = isDirty ? header.incompatible | DIRTY : header.incompatible & ~DIRTY;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, header.incompatible);
  await store.write(field.incompatible, new Uint8Array(view.buffer));
  await store.flush();
}

/**
 * Repairs an image that was not closed.
 * @throws StorageError if more is wrong with it than clusters that count as used, or counts that may be late
 */
export async function repairDirty(file: ImageFile): Promise<void> {
  // It is seldom needed, and pages load it when it is.
  const { checkQcow2, repairAll, repairInterrupted } = await import('./check.ts');
  const isLazy = (file.header.compatible & LAZY_REFCOUNTS) !== 0n;
  // Of such an image counts may be missing, too: QEMU writes them late.
  if (isLazy) await repairAll(file.store);
  const { errors } = await (isLazy ? checkQcow2 : repairInterrupted)(file.store);
  if (errors.length > 0)
    throw file.error(`was not closed, and is wrong (${errors[0]}): have it repaired (rawiron image check -r all)`);
  await setDirty(file, false);
}
