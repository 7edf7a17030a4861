import type { Host } from '../host.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { MachineOptions } from '../options/options.ts';
import { MARK_EVERY } from '../options/recording.ts';
import { within } from '../util/errors.ts';
import { loadImage } from '../util/image.ts';

/** A file that takes a recording. */
export interface RecordingFile {
  write(bytes: Uint8Array): void;
  close(): void;
}

type RecordingHost = Pick<Host, 'openRecording' | 'readFile'>;

/** The recording of a machine's input: it is written to a file, or played from one. */
export class MachineRecording {
  /** Takes what the user should know. */
  onLog: (message: string) => void = () => {};
  readonly #options: MachineOptions['icount'];
  readonly #host: RecordingHost;
  #file: RecordingFile | undefined;

  constructor(options: Pick<MachineOptions, 'icount'>, host: RecordingHost) {
    this.#options = options.icount;
    this.#host = host;
  }

  /**
   * Opens the file.
   * @returns the configuration of the machine that is recorded, or replays
   * @throws ConfigurationError
   */
  async open(config: MachineConfig): Promise<MachineConfig> {
    const { record, replay, markEvery = MARK_EVERY } = this.#options ?? { shift: 0 };
    if (record === undefined && replay === undefined) return config;
    // Most machines have no recording.
    const { headerFor, replayedFrom } = await import('./contents.ts');
    if (replay !== undefined) {
      const file = await loadImage('recording', replay, this.#host);
      const replayed = () => replayedFrom(file, config);
      return typeof replay === 'string' ? within(replay, replayed) : replayed();
    }
    this.#file = await this.#host.openRecording(record!, headerFor(config), (message) => this.onLog(message));
    return { ...config, recording: { mode: 'record', markEvery } };
  }

  /** Whether one is made. */
  get isMade(): boolean {
    return this.#file !== undefined;
  }

  /** More of a recording. */
  async receive(bytes: Uint8Array): Promise<void> {
    this.#file?.write(bytes);
  }

  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}
