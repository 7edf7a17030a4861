import { ConfigurationError } from '../util/errors.ts';
import { FrameConverter } from './frame-converter.ts';
import type { Sound, SoundFile } from './sound.ts';
import type { SampleFormat } from './wav.ts';

const [LOWEST_RATE, HIGHEST_RATE] = [1, 192_000];

/** The default format of a capture: QEMU's. */
export const CAPTURE_FORMAT: SampleFormat = { rate: 44_100, bits: 16, channels: 2 };

/** @throws ConfigurationError in QEMU's words */
export function checkCaptureFormat({ rate, bits, channels }: SampleFormat): void {
  if (bits !== 8 && bits !== 16) throw new ConfigurationError(`incorrect bit count ${bits}, must be 8 or 16`);
  if (channels !== 1 && channels !== 2)
    throw new ConfigurationError(`incorrect channel count ${channels}, must be 1 or 2`);
  if (!Number.isInteger(rate) || rate < LOWEST_RATE || rate > HIGHEST_RATE)
    throw new ConfigurationError(`incorrect frequency ${rate}, must be from ${LOWEST_RATE} to ${HIGHEST_RATE}`);
}

/** A capture of a machine's sound in a WAV file, from some moment on. */
export class SoundCapture {
  /** The WAV file. */
  readonly path: string;
  /** The format of its samples. */
  readonly format: SampleFormat;
  readonly #sound: Sound;
  readonly #file: SoundFile;
  readonly #converter: FrameConverter;
  readonly #ended: () => void;
  #bytes = 0;

  /** @internal Made by `Sound.capture`. */
  constructor(sound: Sound, path: string, { file, format, ended }: CaptureParts) {
    this.path = path;
    this.format = format;
    this.#sound = sound;
    this.#file = file;
    this.#converter = new FrameConverter(sound.rate, format);
    this.#ended = ended;
    sound.on('samples', this.#take);
  }

  /** Bytes of samples so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Ends it: the file is whole. May be called again. */
  stop(): void {
    this.#sound.off('samples', this.#take);
    this.#file.close();
    this.#ended();
  }

  readonly #take = (samples: Int16Array): void => {
    const frames = this.#converter.convert(samples);
    this.#bytes += frames.length;
    this.#file.write(frames);
  };
}

interface CaptureParts {
  readonly file: SoundFile;
  readonly format: SampleFormat;
  readonly ended: () => void;
}
