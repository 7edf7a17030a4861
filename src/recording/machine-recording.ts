import { RecordingDamage } from '../../runtime/replay/bytes.ts';
import { decodeEntries } from '../../runtime/replay/entries.ts';
import type { Host } from '../host.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { MachineOptions } from '../options/options.ts';
import { MARK_EVERY } from '../options/recording.ts';
import { within } from '../util/errors.ts';
import { loadImage } from '../util/image.ts';
import { headerOf, replayedConfig } from './identity.ts';
import { decodeRecording, encodeHeader, RecordingError } from './layout.ts';

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
    if (replay !== undefined) {
      const file = await loadImage('recording', replay, this.#host);
      const replayed = () => replayedFrom(file, config);
      return typeof replay === 'string' ? within(replay, replayed) : replayed();
    }
    if (record === undefined) return config;
    this.#file = await this.#host.openRecording(record, encodeHeader(headerOf(config)), (message) =>
      this.onLog(message),
    );
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

/** The configuration of a machine that replays what a file has. */
function replayedFrom(file: Uint8Array, config: MachineConfig): MachineConfig {
  const { header, content } = decodeRecording(file);
  const replayed = replayedConfig(config, header);
  checkEntries(content);
  return { ...replayed, recording: { mode: 'replay', entries: content } };
}

function checkEntries(content: Uint8Array): void {
  try {
    if (decodeEntries(content).length === 0) throw new RecordingDamage('it ended before its machine ran');
  } catch (error) {
    if (!(error instanceof RecordingDamage)) throw error;
    throw new RecordingError(`cannot be replayed: ${error.message}`);
  }
}
