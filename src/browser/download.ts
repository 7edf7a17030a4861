import { whyNoImage } from '../storage/http/answer.ts';
import { ConfigurationError } from '../util/errors.ts';
import { BlobWriter, bytesOf } from './blobs.ts';

/** Told how many bytes of a file have come, of how many there are; undefined: the server doesn't say. */
export type ReportProgress = (received: number, total: number | undefined) => void;

/** How a file is loaded. */
export interface Download {
  /** Ends it, with its reason. */
  readonly signal?: AbortSignal;
  readonly report?: ReportProgress;
}

/**
 * Fetches the answer of a web server.
 * @throws ConfigurationError
 */
export async function get(
  url: string,
  { signal }: Download = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const response = await fetch(url, { headers, ...(signal && { signal }) }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new ConfigurationError(
      `cannot get ${url}: ${(error as Error).message} (another server has to allow it, by CORS)`,
    );
  });
  const refusal = whyNoImage(response);
  if (refusal !== undefined) throw new ConfigurationError(`cannot get ${url}: ${refusal}`);
  return response;
}

/**
 * A whole file of a web server.
 * @throws ConfigurationError
 */
export async function fileAt(url: string, download?: Download): Promise<Blob> {
  return await blobOf(await get(url, download), url, download);
}

/**
 * All of an answer.
 * @throws ConfigurationError if it breaks off
 */
export async function blobOf(response: Response, url: string, { signal, report }: Download = {}): Promise<Blob> {
  try {
    return report && response.body ? await collected(response.body, totalOf(response), report) : await response.blob();
  } catch (error) {
    signal?.throwIfAborted();
    throw new ConfigurationError(`cannot get all of ${url}: ${(error as Error).message}`);
  }
}

async function collected(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  total: number | undefined,
  report: ReportProgress,
): Promise<Blob> {
  const writer = new BlobWriter();
  let received = 0;
  for await (const chunk of bytesOf(body)) {
    writer.write(chunk);
    received += chunk.length;
    // Another server may have packed it without the page seeing that: then the length is not that of the bytes.
    report(received, total !== undefined && received <= total ? total : undefined);
  }
  return writer.blob();
}

/** The length is that of what is sent, and the bytes are those of what is unpacked. */
function totalOf({ headers }: Response): number | undefined {
  return headers.has('content-encoding') ? undefined : Number(headers.get('content-length')) || undefined;
}
