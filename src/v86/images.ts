import { ConfigurationError, type Image } from '../common.ts';
import type { Report, V86Host } from './host.ts';
import type { V86FileImage, V86Image } from './types.ts';

/** A listener for files that are being loaded. */
export interface LoadEvents {
  /** Nobody waits for them any more. */
  readonly signal?: AbortSignal;
  progress(file: string, loaded: number, total: number | undefined): void;
  failed(file: string, error: unknown): void;
}

/** How an image is wanted: "whole" in memory, or read "in parts" as the guest asks, where that is possible. */
export type Wanted = 'whole' | 'in parts';

/**
 * Checks an image that an option names.
 * @throws ConfigurationError that names the option
 */
export function checkImage(name: string, image: V86Image): void {
  if (typeof image !== 'object' || image === null) throw problem(name, 'it must be an object with url or buffer');
  const { buffer, url, use_parts, size, fixed_chunk_size } = image as Partial<V86FileImage & { buffer: unknown }>;
  if (buffer === undefined && (typeof url !== 'string' || url === '')) throw problem(name, 'it needs url or buffer');
  if (buffer !== undefined && !isContent(buffer))
    throw problem(name, 'buffer must be an ArrayBuffer, a Uint8Array, a Blob or a File');
  if (url !== undefined && typeof url !== 'string') throw problem(name, `url is ${url}; it must be an address`);
  if (url?.endsWith('.zst')) throw problem(name, `${url} is compressed by zstd; unpack it on the server`);
  if (use_parts && !(isCount(size) && isCount(fixed_chunk_size)))
    throw problem(name, 'use_parts needs size and fixed_chunk_size, in bytes');
}

const problem = (name: string, text: string) => new ConfigurationError(`${name}: ${text}`);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isContent = (value: unknown) =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value) || value instanceof Blob;

/**
 * The image as the library takes it.
 * @throws ConfigurationError that names the option and the file
 */
export async function openImage(
  name: string,
  image: V86Image,
  wanted: Wanted,
  host: V86Host,
  events: LoadEvents,
): Promise<Image> {
  checkImage(name, image);
  if ('buffer' in image && image.buffer !== undefined) return image.buffer as Image;
  const file = image as V86FileImage;
  const isRead = wanted === 'in parts' && !file.use_parts;
  if (isRead && (file.async || host.isFile(file.url))) return file.url;
  try {
    const report: Report = (loaded, total) => events.progress(file.url, loaded, total ?? file.size);
    return file.use_parts
      ? await joinedParts(file, host, events.signal, report)
      : await wholeFile(file.url, host, events.signal, report);
  } catch (error) {
    events.failed(file.url, error);
    throw problem(name, `cannot load ${file.url}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The names of an image's parts have in them where each begins and ends: `disk-0-1024.img`; those of `folder/.img` are `folder/0-1024.img`. */
export function partNames(url: string, size: number, chunk: number): string[] {
  const [ending = ''] = /\.[^./]+$/.exec(url) ?? [];
  const stem = url.slice(0, url.length - ending.length);
  const joint = stem.endsWith('/') ? '' : '-';
  return Array.from(
    { length: Math.ceil(size / chunk) },
    (_, n) => `${stem}${joint}${n * chunk}-${(n + 1) * chunk}${ending}`,
  );
}

async function joinedParts(
  file: V86FileImage,
  host: V86Host,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<Uint8Array> {
  const [size, chunk] = [file.size!, file.fixed_chunk_size!];
  const all = new Uint8Array(size);
  let at = 0;
  for (const name of partNames(file.url, size, chunk)) {
    const part = await wholeFile(name, host, signal, () => {});
    const length = Math.min(chunk, size - at);
    // The last one may be filled up.
    if (part.length !== length && part.length !== chunk)
      throw new Error(`${name} has ${part.length} bytes, not ${length}; fixed_chunk_size is not that of its parts`);
    all.set(part.subarray(0, length), at);
    at += length;
    report(at, size);
  }
  return all;
}

/** A whole file, with word of how much of it has come. */
async function wholeFile(
  url: string,
  host: V86Host,
  signal: AbortSignal | undefined,
  report: Report,
): Promise<Uint8Array> {
  if (host.isFile(url)) {
    const bytes = await host.readFile(url);
    report(bytes.length, bytes.length);
    return bytes;
  }
  const response = await fetch(url, { signal: signal ?? null });
  if (!response.ok) throw new Error(`the server answers ${response.status} ${response.statusText}`.trimEnd());
  const isPacked = response.headers.has('content-encoding');
  const total = isPacked ? undefined : Number(response.headers.get('content-length')) || undefined;
  return await collected(response, total, report);
}

async function collected(response: Response, total: number | undefined, report: Report): Promise<Uint8Array> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body!.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    pieces.push(value as Uint8Array<ArrayBuffer>);
    loaded += value.length;
    report(loaded, total);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}
