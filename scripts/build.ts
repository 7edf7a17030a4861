/**
 * Makes dist/, what the package holds: JavaScript, types and source maps. For Node there are few files, in dist/node; for pages with a bundler
 * of their own a file for each module, as tsc compiles it, and for those without one a file for each thread. The packages that few need,
 * the debug mode's parser, the inspector's source maps, browsers' decompression and digests, become part of what imports them, so that whoever
 * installs rawiron installs nothing else. The firmware and the demo are assembled, so that the package has their bytes.
 *
 *     node scripts/build.ts
 */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { rolldown } from 'rolldown';
import { writeAssembledModules } from './assembled-modules.ts';
import { manualPage } from './manual.ts';
import { makeNodeBundle } from './node-bundle.ts';
import { makePageBundle } from './page-bundle.ts';
import { renamePageThreads } from './page-threads.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');
const require = createRequire(import.meta.url);

/** Packages that the library has in it. */
const carried = ['acorn', 'source-map', 'fzstd', 'fflate', '@noble/hashes', '@rgrove/parse-xml'] as const;
/** Modules for browsers that import one. */
const carriers = ['src/isolate/check-text', 'src/browser/zstd', 'src/browser/containers/image-tools'] as const;

/** Puts a module's packages into it. Its own imports stay as they are. */
async function inlinePackages(file: string): Promise<void> {
  const isOwn = (specifier: string, importer: string | undefined) => importer === file && specifier.startsWith('.');
  const bundle = await rolldown({ input: file, platform: 'browser', external: isOwn, logLevel: 'warn' });
  const { output } = await bundle.generate({ format: 'esm', sourcemap: false, minify: 'dce-only' });
  await bundle.close();
  await writeFile(file, output[0].code);
  await rm(`${file}.map`);
}

async function licence(name: string): Promise<string> {
  const folder = join(root, 'node_modules', name);
  const { version } = require(join(folder, 'package.json')) as { version: string };
  return `${name} ${version}\n\n${await readFile(join(folder, 'LICENSE'), 'utf8')}`;
}

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const compile = (configuration: string, ...flags: readonly string[]) =>
  execFileSync(process.execPath, [compiler, '-p', join(root, configuration), ...flags], { stdio: 'inherit' });
// What is for browsers is compiled with their types, what is for Node with Node's.
compile('tsconfig.build.json', '--emitDeclarationOnly');
compile('tsconfig.build-browser.json');
await renamePageThreads(join(dist, 'src/browser'));
for (const module of carriers) await inlinePackages(join(dist, `${module}.js`));
await writeAssembledModules(dist);
await makeNodeBundle(root, dist);
await makePageBundle(dist);
await mkdir(join(dist, 'man'));
await writeFile(join(dist, 'man/rawiron.1'), manualPage());
const licences = await Promise.all(carried.map(licence));
await writeFile(join(dist, 'third-party-licences.txt'), licences.join('\n\n'));
// Not on standard output, where `npm pack --silent` has nothing but the tarball's name.
console.error(`${basename(dist)}/ is made`);
