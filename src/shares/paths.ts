import { MOST_NAME } from '../ninep/request.ts';
import { ShareError } from './share-error.ts';

// The guest's names are bytes, kept as texts with a character for each (src/ninep/folder.ts). Those of the library's users are UTF-8.

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a name in UTF-8, a character for each. */
export function guestName(name: string): string {
  return Array.from(encoder.encode(name), (byte) => String.fromCharCode(byte)).join('');
}

/** A name of the guest's; bytes that are no UTF-8 become U+FFFD. */
export function hostName(name: string): string {
  return decoder.decode(Uint8Array.from(name, (character) => character.charCodeAt(0)));
}

/**
 * The guest's names on the way to a path, such as "bin/tool"; a slash in front doesn't count, and the folder itself is "".
 * @throws ShareError
 */
export function namesOf(path: string): string[] {
  if (typeof path !== 'string') throw new ShareError('EINVAL', 'a path must be a text');
  const way = path.startsWith('/') ? path.slice(1) : path;
  return way === '' ? [] : way.split('/').map((name) => checkedGuestName(path, name));
}

function checkedGuestName(path: string, name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('\0') || !name.isWellFormed())
    throw new ShareError(
      'EINVAL',
      `'${path}' is no path; give names with a slash between them, none of them "." or ".."`,
    );
  const bytes = guestName(name);
  if (bytes.length > MOST_NAME)
    throw new ShareError('ENAMETOOLONG', `'${path}' has a name with ${bytes.length} bytes; ${MOST_NAME} are possible`);
  return bytes;
}
