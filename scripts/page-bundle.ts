import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ModuleInfo, type OutputOptions, type Plugin, rolldown } from 'rolldown';
import { pageThreads } from './page-threads.ts';

/** Each is one file. */
const threadOutput: OutputOptions = { format: 'esm', minify: true, codeSplitting: false };

/**
 * Makes `dist/page/` of the modules for browsers: for pages without a bundler of their own, which load hundreds of modules otherwise.
 * `rawiron.js` is the library with the element, in `library.js`, and `v86.js` v86's class beside it; containers come as `containers.js`, and a machine in the page's own thread comes as `machine.js` when there is one.
 */
export async function makePageBundle(dist: string): Promise<void> {
  const folder = join(dist, 'page');
  const modules = join(dist, 'src/browser');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const file of pageThreads.map((thread) => `${thread}.js`))
    await write(join(modules, file), { ...threadOutput, file: join(folder, file) });
  const machine = join(dist, 'src/browser/machine-core.js');
  const { plugin, has } = modulesBut(machine);
  await write(
    { rawiron: join(modules, 'page.js'), v86: join(modules, 'v86/index.js') },
    {
      ...{ dir: folder, format: 'esm', minify: true },
      ...{ entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      codeSplitting: { groups: [{ name: (id) => (isOfClass(id) ? null : chunkOf(id, has)) }] },
    },
    plugin,
  );
}

/** Whether a module is a part of v86's class: those who don't have it load none. */
const isOfClass = (id: string): boolean => /[\\/]v86[\\/]/.test(id);

/** What nobody needs at once comes when it is asked for. */
function chunkOf(id: string, has: (id: string) => boolean): string {
  if (/[\\/]containers[\\/]/.test(id)) return 'containers';
  return has(id) ? 'library' : 'machine';
}

async function write(
  input: string | Readonly<Record<string, string>>,
  output: OutputOptions,
  plugin?: Plugin,
): Promise<void> {
  const bundle = await rolldown({
    input,
    platform: 'browser',
    logLevel: 'warn',
    checks: { pluginTimings: false, ineffectiveDynamicImport: false },
    plugins: [plugin],
  });
  await bundle.write(output);
  await bundle.close();
}

/** Finds what modules there are without one of them, which is imported when it is needed, and what only that one needs. */
function modulesBut(left: string): { readonly plugin: Plugin; has(id: string): boolean } {
  const found = new Set<string>();
  const plugin: Plugin = {
    name: 'modules',
    buildEnd() {
      const waiting = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry);
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        if (found.has(id) || id === left) continue;
        found.add(id);
        const { importedIds, dynamicallyImportedIds } = this.getModuleInfo(id) as ModuleInfo;
        waiting.push(...importedIds, ...dynamicallyImportedIds);
      }
    },
  };
  return { plugin, has: (id) => found.has(id) };
}
