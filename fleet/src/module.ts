import { stat } from 'node:fs/promises';
import { rolldown } from 'rolldown';
import { FleetError } from './error.ts';
import { LIBRARY } from './load-module.ts';

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
