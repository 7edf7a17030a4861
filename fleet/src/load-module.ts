import { FleetError } from './error.ts';
import type { JobFunction } from './job.ts';

/** Stands for the library in the text of a module; a worker puts the address of its own there. */
export const LIBRARY = 'rawiron-of-the-worker';

/**
 * The function of a module's text.
 * @throws FleetError if it has none
 */
export async function loadedModule(text: string): Promise<JobFunction> {
  const address = import.meta.resolve('rawiron');
  const code = Buffer.from(text.replaceAll(LIBRARY, address)).toString('base64');
  const module = (await import(`data:text/javascript;base64,${code}`)) as { readonly default?: unknown };
  if (typeof module.default !== 'function')
    throw new FleetError(
      'a job is a module whose default export is a function: export default async (machine, context) => …',
    );
  return module.default as JobFunction;
}
