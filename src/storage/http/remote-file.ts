import { concatenate } from '../../util/bytes.ts';
import { messageOf } from '../../util/errors.ts';
import { StorageError } from '../store.ts';
import { whyNoImage } from './answer.ts';

/** How a file is got from a web server. */
export interface HttpOptions {
  /** Default: the host's. */
  readonly fetch?: typeof fetch;
  /** Milliseconds after which a request has failed in which hardly anything has come. Default: 30,000. */
  readonly patience?: number;
  /** How often what failed is asked for before that is an error. Default: 3. */
  readonly tries?: number;
  /** Milliseconds before what failed is asked for again; it doubles each time. Default: 500. */
  readonly pause?: number;
}

/** The facts that tell one state of a file from another. */
interface Version {
  readonly size: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** Told of each piece that has come, with its bytes. */
type Progress = (bytes: number) => void;

/** Something that may go better the next time. */
class PassingError extends Error {}

/** Bytes that have to come within the patience: a server that sends one now and then would never be given up. */
const LEAST = 4096;

/** Answers after which the same request may succeed: time-out, too many requests, trouble of the server. */
const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** A file on a web server, of which parts are asked for (RFC 9110, 14), or all at once. While parts are read it must stay as it was at the first request. */
export class RemoteFile {
  /** How messages call it: the address without a password. */
  readonly name: string;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #options: Required<HttpOptions>;
  readonly #closing = new AbortController();
  #version: Version | undefined;
  #change: StorageError | undefined;

  /** @throws StorageError if it is no address */
  constructor(address: string, options: HttpOptions = {}) {
    const { url, authorization } = withoutCredentials(address);
    this.name = url;
    this.#url = url;
    this.#headers = authorization === undefined ? {} : { authorization };
    this.#options = { fetch: (...args) => fetch(...args), patience: 30_000, tries: 3, pause: 500, ...options };
  }

  /** Bytes; known after the first read. */
  get size(): number {
    return this.#version?.size ?? 0;
  }

  /** The server's name of the contents; empty: it gives them none. Known after the first read. */
  get version(): string {
    return this.#version?.etag ?? this.#version?.lastModified ?? '';
  }

  /** @throws StorageError once the file was changed, or closed */
  check(): void {
    if (this.#change) throw this.#change;
  }

  /**
   * Reads bytes; fewer where the file ends before.
   * @throws StorageError
   */
  async read(offset: number, length: number): Promise<Uint8Array> {
    return await this.#persistently((signal, progress) => this.#ask(offset, length, signal, progress));
  }

  /**
   * All of it in one answer, which servers without range requests give, too.
   * @throws StorageError also where it has more bytes than `most`
   */
  async whole(most: number): Promise<Uint8Array> {
    return await this.#persistently((signal, progress) => this.#askWhole(most, signal, progress));
  }

  /** Repeats a request that has failed in a way that may pass. */
  async #persistently(ask: (signal: AbortSignal, progress: Progress) => Promise<Uint8Array>): Promise<Uint8Array> {
    const { tries, pause } = this.#options;
    for (let attempt = 1; ; attempt++) {
      this.check();
      try {
        return await this.#patiently(ask);
      } catch (error) {
        if (!(error instanceof PassingError)) throw error;
        if (attempt >= tries) throw this.#error(`${error.message} (asked ${tries} times)`);
      }
      await new Promise((resolve) => setTimeout(resolve, pause * 2 ** (attempt - 1)));
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#change ??= this.#error('is closed');
    this.#closing.abort(this.#change);
  }

  async #ask(offset: number, length: number, signal: AbortSignal, progress: Progress): Promise<Uint8Array> {
    const range = `bytes=${offset}-${offset + length - 1}`;
    const response = await this.#fetch({ headers: { ...this.#headers, range }, signal });
    try {
      const size = this.#checkAnswer(response, offset);
      progress(LEAST);
      const expected = Math.max(0, Math.min(length, size - offset));
      return expected === 0 ? new Uint8Array() : await this.#body(response, expected, progress);
    } finally {
      await response.body?.cancel().catch(() => {});
    }
  }

  async #askWhole(most: number, signal: AbortSignal, progress: Progress): Promise<Uint8Array> {
    const response = await this.#fetch({ headers: this.#headers, signal });
    try {
      // A file may be a page: who reads it sees whether it is what was asked for.
      if (!response.ok) this.#checkThere(response);
      progress(LEAST);
      const pieces: Uint8Array[] = [];
      let length = 0;
      await this.#receive(response, progress, (piece) => {
        length += piece.length;
        if (length > most) throw this.#error(`has more than ${most} bytes`);
        pieces.push(piece);
      });
      return concatenate(pieces);
    } finally {
      await response.body?.cancel().catch(() => {});
    }
  }

  async #fetch(request: RequestInit): Promise<Response> {
    try {
      return await this.#options.fetch(this.#url, request);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #body(response: Response, expected: number, progress: Progress): Promise<Uint8Array> {
    const bytes = new Uint8Array(expected);
    let at = 0;
    await this.#receive(response, progress, (piece) => {
      if (at + piece.length > expected) throw this.#error('the server sends more than it was asked for');
      bytes.set(piece, at);
      at += piece.length;
    });
    if (at < expected) throw new PassingError(`the server sent ${at} of ${expected} bytes`);
    return bytes;
  }

  /** Takes the body of an answer, piece by piece. */
  async #receive({ body }: Response, progress: Progress, take: (piece: Uint8Array) => void): Promise<void> {
    const reader = body?.getReader();
    try {
      while (reader !== undefined) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          throw this.#failure(error);
        });
        if (done) return;
        progress(value.length);
        take(value);
      }
    } finally {
      reader?.releaseLock();
    }
  }

  /** Throws where an answer says that the file is not there. */
  #checkThere(response: Response): void {
    const refusal = whyNoImage(response);
    if (refusal === undefined) return;
    throw isPassing(response.status) ? new PassingError(refusal) : this.#error(refusal);
  }

  /** The file's size by an answer; throws where this isn't the part that was asked for. */
  #checkAnswer(response: Response, offset: number): number {
    const { status, headers } = response;
    // Nothing of the file is where it was asked for (416), which may be because it is empty.
    if (status !== 416) this.#checkThere(response);
    if (status === 200) throw this.#noParts();
    if (status !== 206 && status !== 416) throw this.#error(`the server answers ${status}`);
    if (headers.has('content-encoding')) throw this.#error('the server sends it in another encoding');
    const [, start, end, size] = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (size === undefined) throw this.#error('the server does not say which part it sends (Content-Range)');
    if (status === 206 && (Number(start) !== offset || Number(end) < offset))
      throw this.#error(`the server sends bytes ${start} to ${end} when asked for those from ${offset} on`);
    if (!Number.isSafeInteger(Number(size)))
      throw this.#error(`the server says that it has ${size} bytes, which is no size of a file`);
    this.#checkVersion({
      size: Number(size),
      etag: headers.get('etag'),
      lastModified: headers.get('last-modified'),
    });
    return Number(size);
  }

  #checkVersion(version: Version): void {
    this.#version ??= version;
    const { size, etag, lastModified } = this.#version;
    if (size === version.size && etag === version.etag && lastModified === version.lastModified) return;
    this.#change = this.#error('was changed on the server while it was in use; start again to use what is there now');
    throw this.#change;
  }

  /** A server that sends all is not asked again: what it has may be large, or has been replaced by a page. */
  #noParts(): StorageError {
    return this.#error(
      'the server sends it only as a whole (it knows no range requests), which a disk cannot be read by; download the file',
    );
  }

  /** Gives up where nothing comes for a while, or hardly anything. */
  async #patiently(act: (signal: AbortSignal, progress: Progress) => Promise<Uint8Array>): Promise<Uint8Array> {
    const { patience } = this.#options;
    const controller = new AbortController();
    let received = 0;
    const giveUp = () => {
      const what = received === 0 ? 'nothing' : `no more than ${received} bytes`;
      controller.abort(new PassingError(`the server sent ${what} for ${patience / 1000} s`));
    };
    let timer = setTimeout(giveUp, patience);
    try {
      return await act(AbortSignal.any([controller.signal, this.#closing.signal]), (bytes) => {
        received += bytes;
        if (received < LEAST) return;
        received = 0;
        clearTimeout(timer);
        timer = setTimeout(giveUp, patience);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The error for an exception of fetch. */
  #failure(error: unknown): Error {
    if (error instanceof PassingError || error instanceof StorageError) return error;
    return new PassingError(`cannot be got: ${causeOf(error)}`);
  }

  #error(problem: string): StorageError {
    return new StorageError(this, problem);
  }
}

/** fetch says only that it failed; why is in its cause, which may be a list. */
function causeOf(error: unknown): string {
  const { cause } = error as Error;
  if (cause === undefined) return messageOf(error);
  const { code = '', message } = cause as Error & { code?: string };
  return message || code || messageOf(error);
}

/** fetch takes no addresses with a name and a password. */
function withoutCredentials(address: string): { url: string; authorization?: string } {
  if (!URL.canParse(address)) throw new StorageError({ name: address }, 'is not an address of a web server');
  const url = new URL(address);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url: url.href };
  const bytes = new TextEncoder().encode(`${decoded(url.href, username)}:${decoded(url.href, password)}`);
  return { url: url.href, authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

/** A user or password as it is meant. */
function decoded(address: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new StorageError(
      { name: address },
      'its user or password has a % that is followed by no two digits; write %25',
    );
  }
}
