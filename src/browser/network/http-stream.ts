import type { HostStream, StreamEvents } from '../../network/host.ts';
import type { ByteRoom } from './byte-room.ts';
import { plainAnswer, RequestRefusal } from './http-refusal.ts';
import { type HttpRequest, HttpRequestReader } from './http-request.ts';
import { addressForPage } from './page-address.ts';

/** Headers of a request that are between guest and server, or that the browser sets itself. */
const ownHeaders = new Set([
  ...['host', 'connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'expect', 'content-length'],
  ...['accept-encoding', 'user-agent', 'proxy-connection', 'proxy-authorization'],
]);
/** Headers of an answer that don't fit what the browser gives. */
const changedHeaders = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-encoding', 'content-length']);
/** Bytes that are handed over at once. */
const PIECE = 65536;

/**
 * A guest's connection to a web server: its request is made by `fetch`, with the browser's rules about other servers, without
 * cookies. One request a connection: bytes that follow it are lost. A request that is not HTTP resets the connection.
 */
export class HttpStream implements HostStream {
  readonly #server: string;
  readonly #events: StreamEvents;
  readonly #reader: HttpRequestReader;
  readonly #ended = new AbortController();
  #isAsked = false;
  /** The guest takes no more until this is resolved. */
  #pause: PromiseWithResolvers<void> | undefined;

  /**
   * @param server such as "http://example.org:8080"
   * @param room for the request's body
   */
  constructor(server: string, room: ByteRoom, events: StreamEvents) {
    this.#server = server;
    this.#events = events;
    this.#reader = new HttpRequestReader(room);
    setTimeout(() => this.#isEnded || events.opened());
  }

  get #isEnded(): boolean {
    return this.#ended.signal.aborted;
  }

  write(bytes: Uint8Array, done: () => void): void {
    if (!this.#isAsked && !this.#isEnded) this.#read(bytes);
    done();
  }

  #read(bytes: Uint8Array): void {
    try {
      const request = this.#reader.push(bytes);
      if (request) void this.#ask(request);
    } catch (error) {
      const answer = error instanceof RequestRefusal ? error.answer : undefined;
      if (answer) void this.#refuse(answer);
      else this.#fail();
    }
  }

  /** The guest may still read. */
  end(): void {
    if (!this.#isAsked) this.#fail();
  }

  setReading(reads: boolean): void {
    if (!reads) {
      this.#pause ??= Promise.withResolvers();
      return;
    }
    this.#pause?.resolve();
    this.#pause = undefined;
  }

  destroy(): void {
    this.#ended.abort();
    this.#reader.release();
    this.setReading(true);
  }

  #fail(): void {
    if (this.#isEnded) return;
    this.destroy();
    setTimeout(() => this.#events.failed('reset'));
  }

  async #refuse(answer: Uint8Array): Promise<void> {
    this.#isAsked = true;
    await this.#send(answer);
    this.#end();
  }

  #end(): void {
    this.#reader.release();
    if (!this.#isEnded) this.#events.ended();
  }

  async #ask(request: HttpRequest): Promise<void> {
    this.#isAsked = true;
    const { signal } = this.#ended;
    const url = /^https?:/i.test(request.target) ? request.target : this.#server + request.target;
    const answer = await fetchForPage(url, { ...requestInit(request), signal }).catch((error: Error) => error);
    if (answer instanceof Error) await this.#send(failure(url, answer));
    else if (!(await this.#answer(answer, request.method))) return this.#fail();
    this.#end();
  }

  /** @returns whether all of it came: one that breaks off must not look whole, as its end is that of the connection */
  async #answer(response: Response, method: string): Promise<boolean> {
    await this.#send(headOf(response, method));
    const reader = response.body?.getReader();
    for (;;) {
      const { done = true, value } = (await reader?.read().catch(() => ({ done: false, value: undefined }))) ?? {};
      if (done || this.#isEnded) return true;
      if (value === undefined) return false;
      for (let at = 0; at < value.length; at += PIECE) await this.#send(value.subarray(at, at + PIECE));
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    while (this.#pause) await this.#pause.promise;
    if (!this.#isEnded) this.#events.data(bytes);
  }
}

function requestInit({ method, headers, body }: HttpRequest): RequestInit {
  const passed = headers.filter(([name]) => !ownHeaders.has(name));
  return {
    ...{ method, headers: passed.map(([name, value]): [string, string] => [name, value]) },
    ...{ credentials: 'omit', ...(body.length > 0 && { body }) },
  };
}

/** Rejects for an address that is none too. */
async function fetchForPage(url: string, init: RequestInit): Promise<Response> {
  return await fetch(addressForPage(url), init);
}

/**
 * The browser has decoded the body, so its length is not known; its end is that of the connection (RFC 9112, 6.3). Another server
 * shows the page how long it was, but not that it was encoded (Fetch, "CORS-safelisted response-header name").
 */
function headOf({ status, statusText, headers, type }: Response, method: string): Uint8Array {
  const isWhole = method === 'HEAD' || (type === 'basic' && !headers.has('content-encoding'));
  const length = isWhole ? headers.get('content-length') : null;
  const lines = [
    `HTTP/1.1 ${status} ${statusText}`,
    ...[...headers].filter(([name]) => !changedHeaders.has(name)).map(([name, value]) => `${name}: ${value}`),
    ...(length === null ? [] : [`content-length: ${length}`]),
    'connection: close',
  ];
  return new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`);
}

function failure(url: string, { message }: Error): Uint8Array {
  const why = `${message}. A page may ask other servers only where these allow it (CORS).`;
  return plainAnswer('502 Bad Gateway', `The browser cannot get ${url}: ${why}`);
}
