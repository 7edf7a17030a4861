import { messageOf } from '../util/errors.ts';

/** An error of a command, in the words that the monitor answers with. */
export class MonitorError extends Error {
  override readonly name = 'MonitorError';
  /** The arguments are wrong: the answer says where help is. */
  readonly isUsage: boolean;

  constructor(message: string, isUsage = false) {
    super(message);
    this.isUsage = isUsage;
  }
}

/** Arguments that a command doesn't take. */
export function usageError(message: string): MonitorError {
  return new MonitorError(message, true);
}

/** The reason why a file could not be written, in the words of those of QEMU's commands that say "Could not open". */
export function openErrorText(error: unknown): string {
  return messageOf(error).replace('failed to open file', 'Could not open');
}
