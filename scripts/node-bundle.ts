import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { firmwareModule } from './firmware-module.ts';

/** The oldest Node that the package is for, as package.json has it. */
const TARGET = 'node22.12';

/** What is started by its file: the library, the command's program, and the threads, which the library finds beside it; and what browsers get. */
const entries = {
  index: 'src/index.ts',
  v86: 'src/node/v86.ts',
  program: 'src/cli/main.mjs',
  'machine-thread': 'src/node/machine-thread.mjs',
  'ticker-thread': 'src/node/ticker-thread.mjs',
  'drives-thread': 'src/node/drives-thread.mjs',
  viewer: 'src/node/vnc/viewer.mjs',
} as const;

/**
 * Makes `dist/node/` of the sources: the library and the command for Node, a few files in the place of some 700, which load in half the
 * time (docs/measurements/starting.md). What is only needed at times stays in files of its own. All is readable, and says which module it was.
 */
export async function makeNodeBundle(root: string, dist: string): Promise<void> {
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(root, file)])),
    platform: 'node',
    logLevel: 'warn',
    transform: { target: TARGET },
    checks: { pluginTimings: false },
    plugins: [firmware(join(root, 'src/firmware.ts'))],
  });
  await bundle.write({
    dir: join(dist, 'node'),
    format: 'esm',
    entryFileNames: ({ name }) => `${name}.${name === 'index' ? 'js' : 'mjs'}`,
    chunkFileNames: 'parts/[name].js',
  });
  await bundle.close();
}

/** The module that has the firmware's images, in the place of the one that assembles them. */
function firmware(file: string): Plugin {
  return { name: 'firmware', load: (id) => (id === file ? firmwareModule() : null) };
}
