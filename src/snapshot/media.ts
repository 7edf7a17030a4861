import type { Saved } from '../../runtime/snapshot/describe.ts';
import { type DriveOptions, driveName } from '../drives/options.ts';
import { type SavedMedia, type SavedMedium, shown } from '../drives/saved-medium.ts';
import type { SavedPages } from '../storage/overlay-pages.ts';
import type { ImageIdentity } from '../storage/store.ts';
import { MissingImageError } from '../util/errors.ts';
import { SnapshotError } from './layout.ts';
import { isRecord, NAME } from './options.ts';

/**
 * The media of drives, from a file that anybody may have made.
 * @throws SnapshotError if they are none
 */
export function checkedMedia(saved: Saved): SavedMedia {
  if (!isRecord(saved)) throw foreign('media');
  return Object.fromEntries(Object.entries(saved).map(([name, medium]) => [name, checkedMedium(medium)]));
}

/**
 * A drive with what was in it, as far as it is in the snapshot.
 * @throws MissingImageError if its image is not
 */
export function driveWith(drive: DriveOptions, media: SavedMedia): DriveOptions {
  const medium = media[driveName(drive)];
  if (medium === undefined) return drive;
  // What a file may be taken for must not depend on its bytes: one of another format could name files of the host.
  if (medium.contents) return { ...drive, image: medium.contents, format: 'raw', readOnly: medium.isReadOnly };
  throw new MissingImageError(driveName(drive), shown(medium));
}

function checkedMedium(saved: Saved): SavedMedium {
  const { bytes, isReadOnly, images, changes, contents, hasGone, isInImage } = fieldsOf(saved);
  if (!isSize(bytes) || typeof isReadOnly !== 'boolean' || !Array.isArray(images)) throw foreign('medium');
  const isWhole = contents instanceof Uint8Array && contents.length === bytes;
  const hasContents = isWhole || isInImage === true || hasGone === true;
  if (contents === undefined ? images.length === 0 && !hasContents : !isWhole || images.length > 0)
    throw foreign('contents');
  return {
    bytes,
    isReadOnly,
    images: images.map(checkedImage),
    ...(changes !== undefined && { changes: checkedPages(changes) }),
    ...(isWhole && { contents }),
    ...(hasGone === true && { hasGone }),
    ...(isInImage === true && { isInImage }),
  };
}

function checkedImage(saved: Saved): ImageIdentity {
  const { file, format, bytes, version } = fieldsOf(saved);
  const isImage =
    typeof file === 'string' && typeof format === 'string' && isSize(bytes) && typeof version === 'string';
  if (!isImage) throw foreign('image');
  return { file, format, bytes, version };
}

function checkedPages(saved: Saved): SavedPages {
  const { numbers, contents } = fieldsOf(saved);
  if (!(numbers instanceof Uint8Array && contents instanceof Uint8Array)) throw foreign('changes');
  return { numbers, contents };
}

function isSize(saved: Saved | undefined): saved is number {
  return Number.isSafeInteger(saved) && (saved as number) >= 0;
}

function fieldsOf(saved: Saved): { readonly [name: string]: Saved | undefined } {
  if (!isRecord(saved)) throw foreign('medium');
  return saved;
}

function foreign(what: string): SnapshotError {
  return new SnapshotError(NAME, `'${what}' of a drive is not what a drive has`);
}
