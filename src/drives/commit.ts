import type { ImageFormat } from '../storage/formats.ts';
import { openDisk, type StorageHost } from '../storage/open.ts';
import { OverlayDisk } from '../storage/overlay.ts';
import { OverlayPages } from '../storage/overlay-pages.ts';
import { isQcow2Disk } from '../storage/qcow2/kind.ts';
import type { Disk } from '../storage/store.ts';

/** The image of a disk, and how the disk was opened. */
export interface DiskSource {
  readonly image: string;
  readonly format: ImageFormat | undefined;
  readonly storage: StorageHost;
  /** Opens the disk again as it was. */
  reopen(): Promise<Disk>;
}

/** Whether a disk has something of its own that the image below it could get. */
export function canCommit(disk: Disk): boolean {
  if (disk instanceof OverlayDisk) return true;
  return isQcow2Disk(disk) && disk.backing !== undefined && !disk.isReadOnly;
}

/**
 * Puts what a disk has of its own into the image below it: changes that would be forgotten into the image, or what the image
 * has into its backing file. The disk is closed. Returns the one that takes its place, which reads alike, and what has failed if
 * that could not be done.
 * @throws ConfigurationError if the disk cannot be opened again
 */
export async function commitDisk(disk: Disk, source: DiskSource): Promise<{ disk: Disk; failure?: unknown }> {
  if (disk instanceof OverlayDisk) return commitChanges(disk, source);
  await disk.close();
  const { storage, image, format } = source;
  const { commitImage } = await import('../storage/commit-image.ts');
  const failure = await failureOf(commitImage(storage, image, { format, afterwards: 'clear' }));
  return { disk: await source.reopen(), failure };
}

async function commitChanges(disk: OverlayDisk, source: DiskSource): Promise<{ disk: Disk; failure?: unknown }> {
  const changes = await disk.exchangePages(new OverlayPages());
  await disk.close();
  const failure = await failureOf(writeChanges(changes, source));
  const reopened = await source.reopen();
  const forgotten =
    failure !== undefined && reopened instanceof OverlayDisk ? await reopened.exchangePages(changes) : changes;
  await forgotten.close();
  return { disk: reopened, failure };
}

async function writeChanges(changes: OverlayPages, { storage, image, format }: DiskSource): Promise<void> {
  const target = await openDisk(storage, image, { format });
  try {
    await changes.writeTo(target);
  } finally {
    await target.close();
  }
}

/** Undefined: there is none. */
async function failureOf(act: Promise<void>): Promise<unknown> {
  return act.then(
    () => undefined,
    (error: unknown) => error,
  );
}
