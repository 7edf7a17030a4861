/** What a command cannot do, in the words that the monitor answers with. */
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
