import { Symbols } from '../runtime/debug/symbols.ts';
import type { Machine } from '../src/browser/index.ts';
import { exportTranslation } from '../src/inspect/exported.ts';
import { presentTranslations } from '../src/inspect/inspected.ts';
import type { MappedFile } from '../src/machine-core.ts';

/** The folder that the browser's tools show them in. */
const FOLDER = 'guest-code:';

/**
 * Has a machine go on with functions that name their source maps, so that the browser's debugger steps through the guest's assembly.
 * @returns how many translations have one
 */
export async function installSourceMaps(machine: Machine): Promise<number> {
  const symbols = new Symbols({ addresses: [], names: [] });
  const files = (await presentTranslations(machine)).map((detail): MappedFile => {
    const { name, map } = exportTranslation(detail, symbols);
    return [`${detail.info.physical} ${detail.info.key}`, name, `data:application/json;base64,${btoa(map)}`];
  });
  return await machine.ask('install', FOLDER, files);
}
