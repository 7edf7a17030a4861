import { stat } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { FleetError } from './error.ts';
import type { JobFunction } from './job.ts';

/** Stands for the library in the text of a module; a worker puts the address of its own there. */
const LIBRARY = 'rawiron-of-the-worker';

/**
 * A job's module and all that it imports, as one text, which a worker elsewhere can load. It may import Node's modules and `rawiron`.
 * @throws FleetError if it cannot be read
 */
export async function bundledModule(path: string): Promise<string> {
  await stat(path).catch(() => {
    throw new FleetError(`${path}: there is no such file`);
  });
  try {
    const bundle = await rolldown({
      input: path,
      platform: 'node',
      external: [/^node:/, 'rawiron'],
      logLevel: 'silent',
    });
    const { output } = await bundle.generate({ format: 'esm', codeSplitting: false, paths: { rawiron: LIBRARY } });
    await bundle.close();
    return output[0].code;
  } catch (error) {
    throw new FleetError(`${path}: ${(error as Error).message}`);
  }
}

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
