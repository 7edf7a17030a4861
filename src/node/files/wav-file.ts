import { writeSync } from 'node:fs';
import type { SoundFile } from '../../sound/sound.ts';
import { MOST_WAV_BYTES, type SampleFormat, WAV_HEADER_BYTES, wavHeader } from '../../sound/wav.ts';
import { BatchedFile } from './batched-file.ts';

/** A WAV file that grows. Its header tells of all that is written, whatever ends the process. */
export class WavFile implements SoundFile {
  readonly #format: SampleFormat;
  readonly #file: BatchedFile;
  #written = 0;

  /**
   * @param log hears why a recording has ended early
   * @throws ConfigurationError if it cannot be written
   */
  constructor(path: string, format: SampleFormat, log: (message: string) => void) {
    this.#format = format;
    const append = (file: number, bytes: Uint8Array) => this.#append(file, bytes);
    this.#file = new BatchedFile({ path, content: 'sound', whole: 'recording', append, log });
  }

  write(frames: Uint8Array): void {
    this.#file.write(frames);
  }

  close(): void {
    this.#file.close();
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
}
