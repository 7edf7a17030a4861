import { ConfigurationError } from '../util/errors.ts';

/** A move has failed, and the machine stands still: its images are elsewhere, or nobody knows whether it goes on there. */
export class StandsStillError extends ConfigurationError {}
