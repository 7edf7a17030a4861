import type { SerialPort } from '../isolate/serial.ts';
import { concatenate } from '../util/bytes.ts';
import { checkedBytes } from '../util/checks.ts';

const encoder = new TextEncoder();

/** Bytes of input that go to the guest at once. */
const PART = 32 << 10;

/** Where a process's streams go through. */
export interface ProcessPorts {
  readonly input: SerialPort;
  readonly output: SerialPort;
  /** Undefined: a terminal has none. */
  readonly error: SerialPort | undefined;
}

/** A program in a container. */
export class ContainerProcess {
  /** The program's standard input. Closing it is the end of file; bytes that the program does not read are lost. */
  readonly stdin: WritableStream<Uint8Array>;
  /** The program's standard output. The program waits while nobody reads. */
  readonly stdout: ReadableStream<Uint8Array>;
  /** Its errors, apart from the output; empty where it has a terminal. */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Resolves when it has ended: its exit code, or 128 and the number of the signal. */
  readonly exited: Promise<number>;
  readonly #exit = Promise.withResolvers<number>();
  readonly #input: InputStream;
  readonly #outputs: OutputStream[] = [];
  readonly #detach: () => void;

  /** @param isRaw input goes to a terminal, as it is; else in parts, each after a line with its length */
  constructor(ports: ProcessPorts, isRaw: boolean) {
    this.exited = this.#exit.promise;
    this.exited.catch(() => {});
    const [output, error] = [new OutputStream(), new OutputStream()];
    this.#outputs = [output, error];
    this.stdout = output.stream;
    this.stderr = error.stream;
    const takeOutput = (bytes: Uint8Array) => output.take(bytes);
    const takeError = (bytes: Uint8Array) => error.take(bytes);
    ports.output.on('data', takeOutput);
    ports.error?.on('data', takeError);
    this.#detach = () => {
      ports.output.off('data', takeOutput);
      ports.error?.off('data', takeError);
    };
    this.#input = new InputStream(ports.input, isRaw);
    this.stdin = this.#input.stream;
  }

  /** @internal It has ended. */
  end(code: number): void {
    this.#detach();
    void this.#input.end();
    for (const output of this.#outputs) output.end();
    this.#exit.resolve(code);
  }

  /** @internal Its machine has ended without it. */
  fail(error: Error): void {
    this.#detach();
    for (const output of this.#outputs) output.end(error);
    this.#exit.reject(error);
  }
}

/**
 * A stream to the guest: a terminal's input as it is; other input in parts, each after a line with its length, and one of length
 * 0 at the end.
 */
class InputStream {
  readonly stream: WritableStream<Uint8Array>;
  readonly #port: SerialPort;
  readonly #isRaw: boolean;
  #hasEnded = false;

  constructor(port: SerialPort, isRaw: boolean) {
    this.#port = port;
    this.#isRaw = isRaw;
    this.stream = new WritableStream<Uint8Array>({
      write: async (given) => {
        const bytes = checkedBytes('what is written to stdin', given);
        for (let at = 0; at < bytes.length && !this.#hasEnded; at += PART) await this.#part(bytes.slice(at, at + PART));
      },
      close: () => this.end(),
    });
  }

  async #part(bytes: Uint8Array): Promise<void> {
    await this.#send(this.#isRaw ? bytes : concatenate([encoder.encode(`${bytes.length}\n`), bytes]));
  }

  /** Nothing more comes. A process that has ended takes no more either, as a closed pipe; nobody has to handle that. May be called again. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    // The terminal's own character for it, Ctrl-D.
    await this.#send(this.#isRaw ? '\x04' : '0\n');
  }

  #send(data: string | Uint8Array): Promise<void> {
    return this.#port.write(data).catch(() => {});
  }
}

/** A stream from the guest, which has to wait while too many bytes are unread. */
class OutputStream {
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  #resume: (() => void) | undefined;

  constructor() {
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => this.#resume?.(),
        cancel: () => {
          this.#controller = undefined;
          this.#resume?.();
        },
      },
      { highWaterMark: 64 << 10, size: (bytes) => bytes?.length ?? 0 },
    );
  }

  async take(bytes: Uint8Array): Promise<void> {
    this.#controller?.enqueue(bytes);
    if ((this.#controller?.desiredSize ?? 1) > 0) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  end(error?: Error): void {
    const controller = this.#controller;
    this.#controller = undefined;
    if (error === undefined) controller?.close();
    else controller?.error(error);
    this.#resume?.();
  }
}
