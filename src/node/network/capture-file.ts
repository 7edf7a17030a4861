import { closeSync, openSync, writeFileSync } from 'node:fs';
import { ConfigurationError } from '../../errors.ts';
import type { Capture } from '../../network/pcap.ts';
import { systemMessage } from '../system-message.ts';

/** Bytes that are written at once. */
const CHUNK = 0x10000;
/** Milliseconds after which what there is is written anyway, for somebody who watches. */
const PATIENCE = 200;

/** A file of captured frames. */
export class CaptureFile implements Capture {
  readonly #path: string;
  readonly #log: (message: string) => void;
  #file: number | undefined;
  #bytes: Uint8Array[] = [];
  #length = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param log hears why a capture has ended early
   * @throws ConfigurationError if it cannot be written
   */
  constructor(path: string, log: (message: string) => void) {
    this.#path = path;
    this.#log = log;
    try {
      this.#file = openSync(path, 'w');
    } catch (error) {
      throw new ConfigurationError(`cannot write frames to '${path}': ${systemMessage(error)}`);
    }
  }

  write(bytes: Uint8Array): void {
    if (this.#file === undefined) return;
    this.#bytes.push(bytes);
    this.#length += bytes.length;
    if (this.#length >= CHUNK) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), PATIENCE).unref();
  }

  close(): void {
    this.#flush();
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const bytes = Buffer.concat(this.#bytes);
    this.#bytes = [];
    this.#length = 0;
    if (this.#file === undefined) return;
    try {
      writeFileSync(this.#file, bytes);
    } catch (error) {
      // A full disk ends the capture, not the machine.
      closeSync(this.#file);
      this.#file = undefined;
      this.#log(`cannot write frames to '${this.#path}' any more, the capture has ended: ${systemMessage(error)}`);
    }
  }
}
