import { checkedBytes, isBytes, shown } from './checks.ts';
import { ConfigurationError, messageOf } from './errors.ts';

/** An image: its bytes, the path of its file (in a page: its address), or a Blob, such as a File that was dropped on a page. */
export type Image = string | Uint8Array | ArrayBuffer | Blob;

/** Reads files whole. */
interface ImageReader {
  readFile(path: string): Promise<Uint8Array>;
}

/** Whether this is an image: the path of a file, bytes or a Blob. */
export function isImage(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || isBytes(value) || value instanceof Blob;
}

export function checkImage(what: string, image: Image): void {
  if (isImage(image)) return;
  throw new ConfigurationError(
    `${what} is ${shown(image)}; it must be the path of a file, a Uint8Array, an ArrayBuffer or a Blob`,
  );
}

/**
 * The bytes of an image.
 * @throws ConfigurationError for a file that cannot be read
 */
export async function loadImage(what: string, image: Image, host: ImageReader): Promise<Uint8Array> {
  // A subclass such as Buffer may differ in what its methods do.
  if (isBytes(image)) return checkedBytes(`the ${what}`, image);
  try {
    return typeof image === 'string' ? await host.readFile(image) : new Uint8Array(await image.arrayBuffer());
  } catch (error) {
    const name = typeof image === 'string' ? ` ${image}` : '';
    throw new ConfigurationError(`cannot read the ${what}${name}: ${messageOf(error)}`);
  }
}
