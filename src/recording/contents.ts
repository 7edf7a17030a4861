import { RecordingDamage } from '../../runtime/replay/bytes.ts';
import { decodeEntries } from '../../runtime/replay/entries.ts';
import type { MachineConfig } from '../machine-core.ts';
import { headerOf, replayedConfig } from './identity.ts';
import { decodeRecording, encodeHeader, RecordingError } from './layout.ts';

/** The bytes that a recording of a machine begins with. */
export const headerFor = (config: MachineConfig): Uint8Array => encodeHeader(headerOf(config));

/**
 * The configuration of a machine that replays what a file has.
 * @throws RecordingError, ConfigurationError
 */
export function replayedFrom(file: Uint8Array, config: MachineConfig): MachineConfig {
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
