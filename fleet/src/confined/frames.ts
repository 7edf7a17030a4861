import type { Writable } from 'node:stream';

/** Bytes before a frame: the lengths of its head and of its bytes, 32 bits each, little endian. */
const LENGTHS = 8;
/** Bytes of a head, at most: the value of a job and its error, in UTF-8. */
const MOST_HEAD = 4 << 20;

/** A message between a process and one that it has confined: a value in JSON, and bytes, of which there may be none. */
export interface Frame {
  readonly head: unknown;
  readonly bytes: Uint8Array;
}

/** An error of the other end, which did not keep to the protocol. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Writes a frame. The callback hears when the system has taken it, or why it did not. */
export function writeFrame(to: Writable, { head, bytes }: Frame, taken: (error?: Error | null) => void): void {
  const text = Buffer.from(JSON.stringify(head));
  const lengths = Buffer.alloc(LENGTHS);
  lengths.writeUInt32LE(text.length, 0);
  lengths.writeUInt32LE(bytes.length, 4);
  to.write(Buffer.concat([lengths, text]), bytes.length === 0 ? taken : undefined);
  if (bytes.length > 0) to.write(bytes, taken);
}

/**
 * Frames as they come, one at a time: no more is read before the next one is asked for.
 * @param most bytes that may come with a head; it throws a ProtocolError for what is no head
 * @throws ProtocolError for what is no frame
 */
export async function* framesOf(from: AsyncIterable<Buffer>, most: (head: unknown) => number): AsyncGenerator<Frame> {
  const pipe = new Pipe(from);
  for (;;) {
    const lengths = await pipe.take(LENGTHS);
    if (lengths === undefined) return;
    const [headLength, length] = [lengths.readUInt32LE(0), lengths.readUInt32LE(4)];
    if (headLength > MOST_HEAD) throw new ProtocolError(`a head of ${headLength} bytes, ${MOST_HEAD} at most`);
    const text = await pipe.take(headLength);
    if (text === undefined) return;
    const head = parsed(text);
    const limit = most(head);
    if (length > limit) throw new ProtocolError(`${length} bytes with a message, ${limit} at most`);
    const bytes = await pipe.take(length);
    if (bytes === undefined) return;
    yield { head, bytes };
  }
}

function parsed(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString());
  } catch {
    throw new ProtocolError('a head that is not JSON');
  }
}

/** Bytes that come in parts, taken in others. */
class Pipe {
  readonly #parts: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(from: AsyncIterable<Buffer>) {
    this.#parts = from[Symbol.asyncIterator]();
  }

  /** So many bytes; undefined: the other end has closed the pipe before. */
  async take(length: number): Promise<Buffer | undefined> {
    // The system gives memory to what is written only, so that a length alone takes none.
    const bytes = Buffer.allocUnsafeSlow(length);
    for (let at = 0; at < length; ) {
      if (this.#rest.length === 0) {
        const { done, value } = await this.#parts.next();
        if (done === true) return undefined;
        this.#rest = value;
      }
      const copied = this.#rest.copy(bytes, at);
      this.#rest = this.#rest.subarray(copied);
      at += copied;
    }
    return bytes;
  }
}
