import { type Download, fileAt } from '../src/browser/download.ts';
import { hexDigits } from '../src/util/bytes.ts';
import { ConfigurationError } from '../src/util/errors.ts';

/** A file that is part of the page, and whose address is another one when it changes. */
export interface PageFile {
  readonly url: string;
  /** Hexadecimal digits. */
  readonly sha256: string;
}

/** Name of the browser's cache for these files (Service Workers, "CacheStorage"). */
const CACHE = 'rawiron-files';

/**
 * A file of the page, which is loaded once and kept by the browser.
 * @param all such files: those of earlier builds are forgotten
 * @throws ConfigurationError if it cannot be had, or is another one
 */
export async function cachedFile(file: PageFile, all: readonly PageFile[], download: Download): Promise<ArrayBuffer> {
  const { url } = file;
  // Pages without https: have none, and some browsers none in private windows.
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  const kept = await (await cache?.match(url))?.arrayBuffer();
  if (kept && (await isWhole(kept, file))) return kept;
  const loaded = await (await fileAt(url, download)).arrayBuffer();
  if (!(await isWhole(loaded, file)))
    throw new ConfigurationError(
      `${url} is not the file that the page was built with: copy all of the built page to its server`,
    );
  // A full disk is no reason not to start.
  await cache?.put(url, new Response(loaded)).catch(() => {});
  const addresses = all.map((one) => one.url);
  for (const { url: old } of (await cache?.keys()) ?? []) if (!addresses.includes(old)) await cache?.delete(old);
  return loaded;
}

/** Pages without https: cannot tell. */
async function isWhole(bytes: ArrayBuffer, { sha256 }: PageFile): Promise<boolean> {
  const digest = await globalThis.crypto.subtle?.digest('SHA-256', bytes);
  return digest === undefined || hexDigits(new Uint8Array(digest)) === sha256;
}
