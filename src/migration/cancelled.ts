import { ConfigurationError } from '../util/errors.ts';

/** A migration was ended by its user. */
export class CancelledError extends ConfigurationError {
  constructor() {
    super('the migration was cancelled');
  }
}
