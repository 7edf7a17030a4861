/** Bytes that the head of a request may have. */
const MOST_HEAD = 65536;
/** Bytes that its body may have: it is sent as a whole. */
const MOST_BODY = 64 << 20;

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

/** Puts a request together, however the stream is cut. */
export class HttpRequestReader {
  #bytes = new Uint8Array(0);
  #head: Head | undefined;

  /** @returns the request when it is whole, and "refused" for what is none, or is more than can be taken */
  push(bytes: Uint8Array): HttpRequest | 'refused' | undefined {
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
    if (!this.#head) {
      const taken = this.#takeHead();
      if (taken !== 'taken') return taken;
    }
    const { length, ...head } = this.#head!;
    if (length > MOST_BODY) return 'refused';
    return this.#bytes.length < length ? undefined : { ...head, body: this.#bytes.slice(0, length) };
  }

  #takeHead(): 'taken' | 'refused' | undefined {
    const text = latin1(this.#bytes.subarray(0, MOST_HEAD));
    // What begins with none of a method's characters needs no end.
    if (!/^[A-Z]{1,20}(?: |$)/.test(text)) return 'refused';
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) return this.#bytes.length > MOST_HEAD ? 'refused' : undefined;
    this.#head = headOf(text.slice(0, end));
    this.#bytes = this.#bytes.slice(end + 4);
    return this.#head ? 'taken' : 'refused';
  }
}

function headOf(text: string): Head | undefined {
  const [start = '', ...lines] = text.split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(start) ?? [];
  if (method === undefined || target === undefined) return undefined;
  const headers: [string, string][] = [];
  for (const line of lines) {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined) return undefined;
    headers.push([name.toLowerCase(), value!]);
  }
  const all = new Map(headers);
  // A body in pieces of unknown length is not taken.
  if (all.has('transfer-encoding')) return undefined;
  const length = all.get('content-length') ?? '0';
  return /^\d{1,10}$/.test(length) ? { method, target, headers, length: Number(length) } : undefined;
}

function latin1(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
