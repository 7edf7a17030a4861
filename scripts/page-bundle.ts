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
  const [machine, containers] = ['machine-core.js', 'containers/index.js'].map((file) => join(modules, file));
  const { plugin, has } = modulesBut([machine, containers]);
  await write(
    { rawiron: join(modules, 'page.js'), v86: join(modules, 'v86/index.js') },
    {
      ...{ dir: folder, format: 'esm', minify: true },
      ...{ entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      codeSplitting: {
        groups: [
          { name: 'library', test: (id) => !isOfClass(id) && has(id), priority: 2 },
          { name: 'containers', test: (id) => isOfContainers(id), priority: 1 },
          { name: 'machine', test: (id) => !isOfClass(id) },
        ],
      },
    },
    plugin,
  );
}

/** Whether a module is a part of v86's class: those who don't have it load none. */
const isOfClass = (id: string): boolean => /[\\/]v86[\\/]/.test(id);

/** Whether a module is one of containers' alone, if the library has it not. */
const isOfContainers = (id: string): boolean => /[\\/]containers[\\/]/.test(id);

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

/** Finds what modules there are without some of them, which are imported when they are needed, and what only those need. */
function modulesBut(left: readonly string[]): { readonly plugin: Plugin; has(id: string): boolean } {
  const found = new Set<string>();
  const plugin: Plugin = {
    name: 'modules',
    buildEnd() {
      const waiting = [...this.getModuleIds()].filter((id) => this.getModuleInfo(id)?.isEntry);
      for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
        if (found.has(id) || left.includes(id)) continue;
        found.add(id);
        const { importedIds, dynamicallyImportedIds } = this.getModuleInfo(id) as ModuleInfo;
        waiting.push(...importedIds, ...dynamicallyImportedIds);
      }
    },
  };
  return { plugin, has: (id) => found.has(id) };
}
