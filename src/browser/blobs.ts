import type { Bytes } from '../containers/streams.ts';

/** Bytes of which the browser, that may have a Blob on its disk, gets one. */
const PIECE = 4 << 20;

/** Bytes that are put into a Blob, part after part. */
export class BlobWriter {
  readonly #pieces: Blob[] = [];
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;

  write(part: Uint8Array): void {
    this.#waiting.push(new Uint8Array(part));
    this.#bytes += part.length;
    if (this.#bytes >= PIECE) this.#flush();
  }

  #flush(): void {
    this.#pieces.push(new Blob(this.#waiting));
    this.#waiting = [];
    this.#bytes = 0;
  }

  blob(): Blob {
    this.#flush();
    return new Blob(this.#pieces);
  }
}

/** All bytes as a Blob. */
export async function blobOf(bytes: Bytes): Promise<Blob> {
  const writer = new BlobWriter();
  for await (const part of bytes) writer.write(part);
  return writer.blob();
}

/** The bytes of a stream. Not each browser lets one be gone through by a loop. */
export async function* bytesOf(stream: ReadableStream<Uint8Array>): Bytes {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}
