/** The caller asked for something that cannot be: an option, a file or an image is wrong. The message says which. */
export class ConfigurationError extends Error {
  /** By which it is told from other errors. */
  override readonly name = 'ConfigurationError';
}

/** Does something; a ConfigurationError of it says where it was. */
export function within<Result>(where: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw error instanceof ConfigurationError ? new ConfigurationError(`${where}: ${error.message}`) : error;
  }
}

/** The message of anything thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
