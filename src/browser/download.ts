import { ConfigurationError } from '../errors.ts';
import { whyNoImage } from '../storage/http/answer.ts';

/** Told how many bytes of a file have come, of how many there are; undefined: the server doesn't say. */
export type ReportProgress = (received: number, total: number | undefined) => void;

/**
 * What a web server answers. The browser decides whether what it gets is in memory or on its disk.
 * @throws ConfigurationError
 */
export async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const response = await fetch(url, { headers }).catch((error: unknown) => {
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
export async function fileAt(url: string, report?: ReportProgress): Promise<Blob> {
  return await blobOf(await get(url), url, report);
}

/**
 * All of an answer.
 * @throws ConfigurationError if it breaks off
 */
export async function blobOf(response: Response, url: string, report?: ReportProgress): Promise<Blob> {
  const counted =
    report && response.body ? new Response(response.body.pipeThrough(counter(response, report))) : response;
  return await counted.blob().catch((error: unknown) => {
    throw new ConfigurationError(`cannot get all of ${url}: ${(error as Error).message}`);
  });
}

/** Lets bytes through, and tells of them. */
function counter(
  { headers }: Response,
  report: ReportProgress,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  // The length is that of what is sent, and the bytes are those of what is unpacked.
  const total = headers.has('content-encoding') ? undefined : Number(headers.get('content-length')) || undefined;
  let received = 0;
  return new TransformStream({
    transform(chunk, controller) {
      received += chunk.length;
      report(received, total);
      controller.enqueue(chunk);
    },
  });
}
