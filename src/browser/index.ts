/**
 * The library where there is no Node, for bundlers that build for browsers. There is no browser host yet, so no machine
 * can be made; a program that has the library in it can be built, and is told so where it asks for a machine.
 */
import { ConfigurationError } from '../errors.ts';

/** Has the functions of the library for Node; `create` rejects. */
export const Machine = {
  /** @throws ConfigurationError: there is no browser host yet */
  create: (): Promise<never> =>
    Promise.reject(new ConfigurationError('rawiron has no browser host yet; run the machine in Node, 22.12 or later')),
};

export { ExpectError } from '../expect.ts';
export { memorySize } from '../options.ts';
export { ConfigurationError };
