import { ports } from '../../runtime/host/ports.ts';
import type { Host } from '../host.ts';
import { checkString } from '../util/checks.ts';
import { Emitter, type Listener } from '../util/events.ts';
import { CAPTURE_FORMAT, checkCaptureFormat, SoundCapture } from './capture.ts';
import type { SoundPlan } from './options.ts';
import { SampleQueue } from './sample-queue.ts';
import type { SampleFormat } from './wav.ts';

/** Events of a machine's sound, with their data. */
export interface SoundEvents {
  /** Frames of the left and the right sample in turn, -32768 to 32767, in the order of time. */
  samples: Int16Array;
}

/** A file that takes frames. */
export interface SoundFile {
  write(frames: Uint8Array): void;
  close(): void;
}

/** Seconds of sound that wait for a slow reader. */
const PATIENCE = 2;
const CHANNELS = 2;

/**
 * The sound of a machine: the mix of its speaker and its sound cards. Samples are made only while somebody listens and something
 * plays; silence between two sounds is left out. The guest never waits for a listener.
 */
export class Sound extends Emitter<SoundEvents> implements AsyncIterable<Int16Array> {
  /** Frames a second. */
  readonly rate: number;
  /** Samples of a frame: left and right. */
  readonly channels: number = CHANNELS;
  readonly #path: string | undefined;
  readonly #host: Pick<Host, 'openSoundFile'>;
  readonly #queues = new Set<SampleQueue>();
  #captures: readonly SoundCapture[] = [];
  #file: SoundFile | undefined;
  #isHeard: boolean;
  #tellMachine: (isHeard: boolean) => void = () => {};
  #log: (message: string) => void = () => {};

  /** @internal Made by machines only. */
  constructor({ file, rate }: SoundPlan, host: Pick<Host, 'openSoundFile'>) {
    super();
    this.rate = rate;
    this.#path = file;
    this.#host = host;
    this.#isHeard = file !== undefined;
  }

  /**
   * Opens its file.
   * @throws ConfigurationError
   * @internal
   */
  async open(): Promise<void> {
    if (this.#path === undefined) return;
    const format = { ...CAPTURE_FORMAT, rate: this.rate };
    this.#file = await this.#host.openSoundFile(this.#path, format, (message) => this.#log(message));
  }

  /**
   * The sound's part of the machine's configuration.
   * @internal
   */
  get config(): { readonly rate: number; readonly isHeard: boolean } {
    return { rate: this.rate, isHeard: this.#isHeard };
  }

  /**
   * The way to the machine, and to who listens to its event `log`.
   * @internal
   */
  connect(
    send: (message: { type: 'input'; port: string; value: boolean }) => void,
    log: (message: string) => void,
  ): void {
    this.#tellMachine = (value) => send({ type: 'input', port: ports.soundControl.name, value });
    this.#log = log;
  }

  override on<Name extends keyof SoundEvents>(name: Name, listener: Listener<SoundEvents[Name]>): this {
    super.on(name, listener);
    this.#listenersChanged();
    return this;
  }

  override off<Name extends keyof SoundEvents>(name: Name, listener: Listener<SoundEvents[Name]>): this {
    super.off(name, listener);
    this.#listenersChanged();
    return this;
  }

  /** Batches of samples until the machine ends. Of what waits for a slow reader the last two seconds are kept. */
  [Symbol.asyncIterator](): AsyncIterator<Int16Array, undefined> {
    const queue = new SampleQueue(PATIENCE * this.rate * CHANNELS);
    this.#queues.add(queue);
    this.#listenersChanged();
    const stop = () => {
      this.#queues.delete(queue);
      queue.end();
      this.#listenersChanged();
    };
    return {
      next: async () => {
        const value = await queue.next();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
      return: async () => {
        stop();
        return { done: true, value: undefined };
      },
    };
  }

  /** The captures in progress, the last one first. */
  get captures(): readonly SoundCapture[] {
    return this.#captures;
  }

  /**
   * Writes what is played from now on to a WAV file, until the capture is stopped or the machine ends; in Node only. What is between two
   * sounds is left out.
   * @throws ConfigurationError if the file cannot be written, or there is no such format
   */
  async capture(path: string, given: Partial<SampleFormat> = {}): Promise<SoundCapture> {
    checkString('the path of a capture', path);
    const format = { ...CAPTURE_FORMAT, ...given };
    checkCaptureFormat(format);
    const file = await this.#host.openSoundFile(path, format, (message) => this.#log(message));
    const ended = () => {
      this.#captures = this.#captures.filter((one) => one !== capture);
    };
    const capture = new SoundCapture(this, path, { file, format, ended });
    this.#captures = [capture, ...this.#captures];
    return capture;
  }

  #listenersChanged(): void {
    const isHeard = this.#file !== undefined || this.#queues.size > 0 || this.hasListeners('samples');
    if (isHeard === this.#isHeard) return;
    this.#isHeard = isHeard;
    this.#tellMachine(isHeard);
  }

  /**
   * Whole frames from the machine.
   * @internal
   */
  async receive(bytes: Uint8Array): Promise<void> {
    this.#file?.write(bytes);
    const samples = new Int16Array(bytes.slice().buffer);
    for (const queue of this.#queues) queue.push(samples);
    // The machine doesn't wait for listeners.
    void this.emit('samples', samples);
  }

  /**
   * The machine is at its end.
   * @internal
   */
  end(): void {
    for (const queue of this.#queues) queue.end();
    void this.close();
  }

  /**
   * Closes its files. May be called again.
   * @internal
   */
  async close(): Promise<void> {
    for (const capture of this.#captures) capture.stop();
    this.#file?.close();
    this.#file = undefined;
  }
}
