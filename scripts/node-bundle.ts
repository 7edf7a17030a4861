import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { assembledModules } from './assembled-modules.ts';

/** Modules that others import: an older Node gets a message before they are evaluated. */
const libraries = { index: 'index.js', v86: 'v86.mjs' } as const;

/**
 * Files that are started or loaded by name: the library, the command's program, and the threads, which the library finds beside
 * it; and those for browsers.
 */
const entries = {
  index: 'src/index.ts',
  v86: 'src/node/v86.ts',
  program: 'src/cli/main.mjs',
  'machine-thread': 'src/node/threads/machine-thread.mjs',
  'ticker-thread': 'src/node/threads/ticker-thread.mjs',
  'drives-thread': 'src/node/threads/drives-thread.mjs',
  viewer: 'src/node/vnc/viewer.mjs',
} as const;

/**
 * Makes `dist/node/` of the sources: the library and the command for Node, a few files in the place of some 700, which load in half the
 * time (docs/measurements/starting.md). What is only needed at times stays in files of its own. All is readable, and says which module it was.
 */
export async function makeNodeBundle(root: string, dist: string): Promise<void> {
  const oldest = oldestNode(root);
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, join(root, file)])),
    platform: 'node',
    logLevel: 'warn',
    transform: { target: `node${oldest.join('.')}` },
    checks: { pluginTimings: false },
    plugins: [assembledModules()],
  });
  await bundle.write({
    dir: join(dist, 'node'),
    format: 'esm',
    entryFileNames: ({ name }) => (Object.hasOwn(libraries, name) ? `${name}-library.js` : `${name}.mjs`),
    chunkFileNames: 'parts/[name].js',
  });
  await bundle.close();
  await writeFile(join(dist, 'node/check-node.js'), nodeCheck(oldest));
  for (const [name, file] of Object.entries(libraries))
    await writeFile(join(dist, 'node', file), `import './check-node.js';\n\nexport * from './${name}-library.js';\n`);
}

/** The oldest Node that the package is for, as package.json has it. */
function oldestNode(root: string): [major: number, minor: number] {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { engines: { node: string } };
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node)!;
  return [Number(major), Number(minor)];
}

/** A module that is evaluated before those of the library. They are linked before it: what a Node of 20 does not export they cannot import by name. */
function nodeCheck([major, minor]: readonly [number, number]): string {
  return `const [major, minor] = process.versions.node.split('.').map(Number);
if (major < ${major} || (major === ${major} && minor < ${minor}))
  throw new Error(\`rawiron: this is Node \${process.versions.node}; ${major}.${minor} or later is needed\`);
`;
}
