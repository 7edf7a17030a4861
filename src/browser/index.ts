/**
 * The library where there is no Node, for bundlers that build for browsers. There is no browser host yet, so no machine
 * can be made; a program that has the library in it can be built, and is told so where it asks for a machine.
 */
import { ConfigurationError } from '../errors.ts';

const noHost = () =>
  Promise.reject(new ConfigurationError('rawiron has no browser host yet; run the machine in Node, 22.12 or later'));

/** Has the functions of the library for Node. */
export const Machine = {
  /** @throws ConfigurationError: there is no browser host yet */
  create: (): Promise<never> => noHost(),
};

/** @throws ConfigurationError: there is no browser host yet */
export const debianLinux = (): Promise<never> => noHost();

export { formatRegisters } from '../../runtime/debug/registers.ts';
export { describeShutdown } from '../../runtime/debug/shutdown.ts';
export { cardModels } from '../../runtime/machine/cards.ts';
export { logItems } from '../../runtime/machine/log-items.ts';
export { ExpectError } from '../expect.ts';
export { NetworkHub } from '../network/hub.ts';
export { memorySize } from '../options.ts';
export { ConfigurationError };
