import type { Duplex } from 'node:stream';
import type { ConnectFailure, HostStream, StreamEvents } from '../../network/host.ts';

/** Error codes where nobody listens, or where there is no way. */
const refused = new Set(['ECONNREFUSED', 'ENOENT', 'EACCES', 'EPERM']);
const unreachable = new Set(['EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL', 'EHOSTDOWN', 'ENETDOWN']);

/** A socket or the pipes of a process, as the user-mode network wants it. */
export class NodeStream implements HostStream {
  readonly #stream: Duplex;
  readonly #break: () => unknown;
  readonly #events: StreamEvents;
  #isOver = false;

  /** @param breakOff ends the stream at once, with a reset where it can tell of one */
  constructor(stream: Duplex, events: StreamEvents, breakOff: () => unknown = () => stream.destroy()) {
    this.#stream = stream;
    this.#break = breakOff;
    this.#events = events;
    stream.on('data', (bytes: Buffer) => this.#isOver || events.data(bytes));
    stream.once('end', () => this.#isOver || events.ended());
    stream.once('error', (error: NodeJS.ErrnoException) => this.#failed(error.code ?? ''));
    stream.once('close', () => this.#closed());
    stream.pause();
  }

  /** It is connected. */
  opened(): void {
    if (!this.#isOver) this.#events.opened();
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.#stream.write(bytes, () => this.#isOver || done());
  }

  end(): void {
    this.#stream.end();
  }

  setReading(reads: boolean): void {
    if (reads) this.#stream.resume();
    else this.#stream.pause();
  }

  destroy(): void {
    this.#isOver = true;
    this.#break();
  }

  #failed(code: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.failed(failureOf(code));
  }

  /** One that has not ended both ways was broken by the system. */
  #closed(): void {
    if (!this.#stream.readableEnded || !this.#stream.writableFinished) this.#failed('');
    this.#isOver = true;
  }
}

function failureOf(code: string): ConnectFailure | 'reset' {
  if (refused.has(code)) return 'refused';
  if (unreachable.has(code)) return 'unreachable';
  return code === 'ETIMEDOUT' ? 'timeout' : 'reset';
}
