import { closeSync, openSync } from 'node:fs';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';

/** Bytes that are written at once. */
const CHUNK = 0x10000;
/** Milliseconds after which what there is is written anyway: somebody may watch, and a process may be killed. */
const PATIENCE = 200;

export interface BatchedFileOptions {
  readonly path: string;
  /** The name of the contents, and of the whole, in error messages: "frames", "capture". */
  readonly content: string;
  readonly whole: string;
  /** Writes bytes to the open file, all of them; also none, when it has just been opened. */
  readonly append: (file: number, bytes: Uint8Array) => void;
  /** Hears why it has ended early. */
  readonly log: (message: string) => void;
}

/** A file that grows, written in batches. A full disk ends it, not the machine. */
export class BatchedFile {
  readonly #options: BatchedFileOptions;
  #file: number | undefined;
  #waiting: Uint8Array[] = [];
  #length = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @throws ConfigurationError if it cannot be written */
  constructor(options: BatchedFileOptions) {
    this.#options = options;
    try {
      this.#file = openSync(options.path, 'w');
      options.append(this.#file, new Uint8Array(0));
    } catch (error) {
      this.#end();
      throw new ConfigurationError(`${this.#cannot}: ${systemMessage(error)}`);
    }
  }

  get #cannot(): string {
    return `cannot write ${this.#options.content} to '${this.#options.path}'`;
  }

  write(bytes: Uint8Array): void {
    if (this.#file === undefined) return;
    this.#waiting.push(bytes);
    this.#length += bytes.length;
    if (this.#length >= CHUNK) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), PATIENCE).unref();
  }

  close(): void {
    this.#flush();
    this.#end();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#length = 0;
    if (this.#file === undefined || bytes.length === 0) return;
    try {
      this.#options.append(this.#file, bytes);
    } catch (error) {
      this.#end();
      this.#options.log(`${this.#cannot} any more, the ${this.#options.whole} has ended: ${systemMessage(error)}`);
    }
  }

  #end(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }
}
