import { closeSync, openSync, writeSync } from 'node:fs';
import { ConfigurationError } from '../errors.ts';
import type { SoundFile } from '../sound/sound.ts';
import { MOST_WAV_BYTES, type SampleFormat, WAV_HEADER_BYTES, wavHeader } from '../sound/wav.ts';
import { systemMessage } from './system-message.ts';

/** Bytes that are written at once. */
const CHUNK = 0x10000;
/** Milliseconds after which what there is is written anyway: a process may be killed. */
const PATIENCE = 200;

/** A WAV file that grows. Its header tells of all that is written, whatever ends the process. */
export class WavFile implements SoundFile {
  readonly #path: string;
  readonly #format: SampleFormat;
  readonly #log: (message: string) => void;
  #file: number | undefined;
  #written = 0;
  #waiting: Uint8Array[] = [];
  #length = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param log hears why a recording has ended early
   * @throws ConfigurationError if it cannot be written
   */
  constructor(path: string, format: SampleFormat, log: (message: string) => void) {
    this.#path = path;
    this.#format = format;
    this.#log = log;
    try {
      this.#file = openSync(path, 'w');
      writeSync(this.#file, wavHeader(format, 0), 0, WAV_HEADER_BYTES, 0);
    } catch (error) {
      throw new ConfigurationError(`cannot write sound to '${path}': ${systemMessage(error)}`);
    }
  }

  write(frames: Uint8Array): void {
    if (this.#file === undefined) return;
    this.#waiting.push(frames);
    this.#length += frames.length;
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
    const bytes = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#length = 0;
    if (this.#file === undefined || bytes.length === 0) return;
    try {
      this.#append(this.#file, bytes);
    } catch (error) {
      this.#giveUp(this.#file, systemMessage(error));
    }
  }

  /** The samples first: a header never tells of what is not there. */
  #append(file: number, bytes: Uint8Array): void {
    if (this.#written + bytes.length > MOST_WAV_BYTES) throw new Error('a WAV file holds 4 GB at most');
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done, bytes.length - done, WAV_HEADER_BYTES + this.#written + done);
    }
    this.#written += bytes.length;
    writeSync(file, wavHeader(this.#format, this.#written), 0, WAV_HEADER_BYTES, 0);
  }

  /** A full disk ends the recording, not the machine. */
  #giveUp(file: number, reason: string): void {
    closeSync(file);
    this.#file = undefined;
    this.#log(`cannot write sound to '${this.#path}' any more, the recording has ended: ${reason}`);
  }
}
