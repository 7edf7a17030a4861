import { ByteQueue } from '../../../runtime/snapshot/byte-queue.ts';
import type { ByteRoom } from './byte-room.ts';
import { RequestRefusal } from './http-refusal.ts';

/** Bytes that the head of a request may have. */
const MOST_HEAD = 16384;
/** Bytes by which a method is told from what is no HTTP: its letters and a space. */
const MOST_METHOD = 21;
const END_OF_HEAD = Uint8Array.of(13, 10, 13, 10);

/** A request of HTTP/1 (RFC 9112) as a guest sends it. */
export interface HttpRequest {
  readonly method: string;
  /** With its query; or a whole address, as proxies get it. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array<ArrayBuffer>;
}

interface Head extends Omit<HttpRequest, 'body'> {
  /** Bytes of the body. */
  readonly length: number;
}

/** Puts a request together, however the stream is cut. Each byte is looked at once. */
export class HttpRequestReader {
  readonly #room: ByteRoom;
  readonly #bytes = new ByteQueue();
  #request: HttpRequest | undefined;
  /** Bytes of the body that have come. */
  #filled = 0;

  constructor(room: ByteRoom) {
    this.#room = room;
  }

  /** @returns the request when it is whole. @throws RequestRefusal for what is none, or is more than can be taken */
  push(bytes: Uint8Array): HttpRequest | undefined {
    const rest = this.#request ? bytes : this.#takeHead(bytes);
    if (!this.#request) return undefined;
    const { body } = this.#request;
    const part = rest.subarray(0, body.length - this.#filled);
    body.set(part, this.#filled);
    this.#filled += part.length;
    return this.#filled === body.length ? this.#request : undefined;
  }

  /** The body is not needed any more. */
  release(): void {
    this.#room.give(this.#request?.body.length ?? 0);
    this.#request = undefined;
  }

  /** Takes bytes of the head, and returns those that follow it, if it has come to its end. */
  #takeHead(bytes: Uint8Array): Uint8Array {
    const before = this.#bytes.length;
    this.#bytes.push(bytes.subarray(0, MOST_HEAD - before));
    // What begins with none of a method's characters needs no end.
    if (!/^[A-Z]{1,20}(?: |$)/.test(latin1(this.#bytes.peek(MOST_METHOD)))) throw new RequestRefusal('no request');
    const head = this.#bytes.peek(MOST_HEAD);
    const end = endOfHead(head, Math.max(before - END_OF_HEAD.length, 0));
    if (end >= 0) this.#begin(headOf(latin1(head.subarray(0, end - END_OF_HEAD.length))));
    else if (head.length === MOST_HEAD) throw new RequestRefusal('long head');
    return bytes.subarray(Math.max(end - before, 0));
  }

  #begin({ length, ...head }: Head): void {
    if (length > this.#room.most) throw new RequestRefusal('long body');
    if (!this.#room.take(length)) throw new RequestRefusal('no room');
    this.#request = { ...head, body: new Uint8Array(length) };
    this.#bytes.clear();
  }
}

/** Where the body begins; -1: not there yet. */
function endOfHead(head: Uint8Array, from: number): number {
  for (let at = head.indexOf(END_OF_HEAD[0]!, from); at >= 0; at = head.indexOf(END_OF_HEAD[0]!, at + 1))
    if (END_OF_HEAD.every((byte, n) => head[at + n] === byte)) return at + END_OF_HEAD.length;
  return -1;
}

function headOf(text: string): Head {
  const [start = '', ...lines] = text.split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(start) ?? [];
  if (method === undefined || target === undefined) throw new RequestRefusal('no request');
  const headers = lines.map(headerOf);
  return { method, target, headers, length: lengthOf(new Map(headers)) };
}

function headerOf(line: string): [name: string, value: string] {
  const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
  if (name === undefined) throw new RequestRefusal('no request');
  return [name.toLowerCase(), value!];
}

/** Bytes of the body. One in pieces of unknown length is not taken. */
function lengthOf(headers: ReadonlyMap<string, string>): number {
  if (headers.has('transfer-encoding')) throw new RequestRefusal('unknown length');
  const length = headers.get('content-length') ?? '0';
  if (!/^\d{1,15}$/.test(length)) throw new RequestRefusal('no request');
  return Number(length);
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
