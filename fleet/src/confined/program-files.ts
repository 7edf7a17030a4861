import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with the library and the fleet. */
export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url));

/** All that the programs of confined processes are, and the libraries that they use. */
export const programFiles: readonly string[] = [
  ...['package.json', 'node_modules', 'dist', 'src', 'runtime', 'translator'],
  ...['fleet/package.json', 'fleet/node_modules', 'fleet/src'],
].map((name) => join(ROOT, name));
