import { type Download, fileAt } from '../src/browser/download.ts';

/** What the browser keeps these files under (Service Workers, "CacheStorage"). */
const CACHE = 'rawiron-files';

/**
 * A file that is part of the page, and whose address is another one when it changes. It is loaded once and kept by the browser.
 * @param others addresses of all such files: those of earlier builds are forgotten
 * @throws ConfigurationError if it cannot be had
 */
export async function cachedFile(url: string, others: readonly string[], download: Download): Promise<Blob> {
  // Pages without https: have none, and some browsers none in private windows.
  const cache = await globalThis.caches?.open(CACHE).catch(() => undefined);
  const kept = await cache?.match(url);
  if (kept) return await kept.blob();
  const file = await fileAt(url, download);
  // A full disk is no reason not to start.
  await cache?.put(url, new Response(file)).catch(() => {});
  for (const { url: old } of (await cache?.keys()) ?? []) if (!others.includes(old)) await cache?.delete(old);
  return file;
}
