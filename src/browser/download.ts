import { whyNoImage } from '../storage/http/answer.ts';
import { ConfigurationError } from '../util/errors.ts';

/** Told how many bytes of a file have come, of how many there are; undefined: the server doesn't say. */
export type ReportProgress = (received: number, total: number | undefined) => void;

/** How a file is loaded. */
export interface Download {
  /** Ends it, with its reason. */
  readonly signal?: AbortSignal;
  readonly report?: ReportProgress;
}

/** Bytes that are put into a Blob, which the browser may have on its disk. */
const PIECE = 4 << 20;

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
  const pieces: Blob[] = [];
  let chunks: Uint8Array<ArrayBuffer>[] = [];
  let waiting = 0;
  let received = 0;
  // Not each browser lets a stream be gone through by a loop.
  const reader = body.getReader();
  for (;;) {
    const { done, value: chunk } = await reader.read();
    if (done) return new Blob([...pieces, ...chunks]);
    chunks.push(chunk);
    waiting += chunk.length;
    received += chunk.length;
    // Another server may have packed it without the page seeing that: then the length is not that of the bytes.
    report(received, total !== undefined && received <= total ? total : undefined);
    if (waiting < PIECE) continue;
    pieces.push(new Blob(chunks));
    chunks = [];
    waiting = 0;
  }
}

/** The length is that of what is sent, and the bytes are those of what is unpacked. */
function totalOf({ headers }: Response): number | undefined {
  return headers.has('content-encoding') ? undefined : Number(headers.get('content-length')) || undefined;
}
