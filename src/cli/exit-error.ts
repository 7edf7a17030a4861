import { ConfigurationError } from '../index.ts';

/** An error with an exit code that tells it from other failures. */
export class ExitError extends ConfigurationError {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options?: ErrorOptions) {
    super(message);
    this.cause = options?.cause;
    this.exitCode = exitCode;
  }
}
