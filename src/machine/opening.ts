import type { Boot } from '../options/options.ts';
import { ConfigurationError } from '../util/errors.ts';

/** A connection that has to be opened before there is a machine. */
interface Openable {
  open(): Promise<void>;
  close(): Promise<unknown>;
}

/** Opens one after the other. If one cannot be opened all are closed, and the error is thrown again. */
export async function openAll(...parts: readonly Openable[]): Promise<void> {
  try {
    for (const part of parts) await part.open();
  } catch (error) {
    await Promise.all(parts.map((part) => part.close()));
    throw error;
  }
}

/** Both engines are made of JavaScript that is compiled while the machine runs. */
const NO_CODE =
  "functions cannot be made of text here (new Function), which running guest code takes: add 'unsafe-eval' to script-src in the content security policy of the page and of its workers' files, or don't run Node with --disallow-code-generation-from-strings";

/** Images that cannot be booted, and debug ports where another device is, are the caller's mistake. */
export function creationError(error: Error, boot: Boot): Error {
  if (error.name === 'PortError') return new ConfigurationError(`${error.message}; give another iobase`);
  if (error.name === 'EvalError') return new ConfigurationError(NO_CODE);
  if (error.name !== 'BootError') return error;
  const images = [...('kernel' in boot ? [boot.kernel] : []), ...('bios' in boot ? [boot.bios] : [])];
  const files = images.filter((image) => typeof image === 'string' && image !== 'rawiron' && image !== 'seabios');
  return new ConfigurationError(files.length === 1 ? `${files[0]}: ${error.message}` : error.message);
}

const ARRIVES = 'incoming: a machine that goes on from a snapshot, or is a fork, does not arrive from elsewhere';

/** A machine whose state may be loaded. */
interface Loadable {
  readonly migration: { readonly isAwaited: boolean };
  stop(): Promise<void>;
}

/** A machine with a state that `load` loads; it ends if that fails. */
export async function loaded<Made extends Loadable>(machine: Made, load: () => Promise<void>): Promise<Made> {
  const loading = machine.migration.isAwaited ? Promise.reject(new ConfigurationError(ARRIVES)) : load();
  await loading.catch(async (error: unknown) => {
    await machine.stop();
    throw error;
  });
  return machine;
}
