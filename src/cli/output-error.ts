import { ConfigurationError } from '../index.ts';
import { systemMessage } from '../node/process/system-message.ts';

/** As of a shell whose program is ended by SIGHUP. */
const HUNG_UP = 129;

/** Bytes for this file got lost: a mistake of the user's, such as a full disk. */
export function writeError(file: string, error: unknown): ConfigurationError {
  return new ConfigurationError(`cannot write ${file}: ${systemMessage(error)}`);
}

/**
 * The exit code when standard output cannot be written because nobody reads it any more.
 * @throws ConfigurationError if there is another reason
 */
export function standardOutputGone(error: NodeJS.ErrnoException): number {
  if (error.code === 'EPIPE' || error.code === 'EIO') return HUNG_UP;
  throw writeError('standard output', error);
}
