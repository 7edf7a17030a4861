import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type BrowserName, browserTitle } from '../../scripts/browser.ts';
import { buildLibrarySite } from '../../scripts/library-site.ts';
import type { Progress } from '../../src/util/progress.ts';
import { startBrowser } from '../../test/support/web/start.ts';
import type { Engine, Start } from './engine.ts';
import type { PageLibrary, PageOptions } from './page-machine.ts';
import { biosFolder, v86 } from './v86.ts';

const script = join(import.meta.dirname, 'page-machine.ts');

interface Library {
  readonly about: string;
  /** The beginning of an engine's name. */
  readonly prefix: string;
  /** Puts the files that a page gets into a folder. */
  prepare(folder: string, site: string, progress: Progress): Promise<void>;
}

const libraries: Readonly<Record<PageLibrary, Library>> = {
  v86: {
    about: 'v86, with its JIT to WebAssembly',
    prefix: 'v86-',
    async prepare(folder, site, progress) {
      await v86.prepare(folder, progress);
      await mkdir(site, { recursive: true });
      const build = join(dirname(createRequire(import.meta.url).resolve('v86/package.json')), 'build');
      await copyFile(join(build, 'libv86.mjs'), join(site, 'v86.js'));
      await copyFile(join(build, 'v86.wasm'), join(site, 'v86.wasm'));
      for (const name of ['bios.bin', 'vgabios.bin']) await copyFile(join(biosFolder(folder), name), join(site, name));
    },
  },
  rawiron: {
    about: 'rawiron, with its translator',
    prefix: '',
    prepare: (_folder, site) => buildLibrarySite(site),
  },
};

/** The files that the page gets, in the folder of the benchmark. */
const siteFolder = (folder: string, library: PageLibrary) => join(folder, `${library}-site`);

function pageEngine(browser: BrowserName, library: PageLibrary): Engine {
  const { about, prefix, prepare } = libraries[library];
  return {
    ...{ name: `${prefix}${browser}`, about: `${about}, in a page of ${browserTitle(browser)}` },
    ...{ kind: 'machine', share: 1, optional: true, runsElsewhere: true },
    async prepare(folder, progress) {
      await using started = await startBrowser(browser);
      await prepare(folder, siteFolder(folder, library), progress);
      return started.version;
    },
    command(start: Start, folder: string) {
      const options: PageOptions = { ...start, browser, library, site: siteFolder(folder, library) };
      return { command: process.execPath, args: [script, JSON.stringify(options)] };
    },
  };
}

/** Both libraries in each browser. */
export const pageEngines: readonly Engine[] = (['chromium', 'firefox', 'webkit'] as const).flatMap((browser) =>
  (['v86', 'rawiron'] as const).map((library) => pageEngine(browser, library)),
);
