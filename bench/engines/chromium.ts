import { copyFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findBrowser } from '../../scripts/browser.ts';
import { buildLibrarySite } from '../../scripts/library-site.ts';
import { run } from '../../src/node/process.ts';
import type { ChromiumLibrary, ChromiumOptions } from './chromium-machine.ts';
import type { Engine, Start } from './engine.ts';
import { biosFolder, v86 } from './v86.ts';

const script = join(import.meta.dirname, 'chromium-machine.ts');

/** The files that the page gets, in the folder of the benchmark. */
const siteFolder = (folder: string, library: ChromiumLibrary) => join(folder, `${library}-site`);

/** Chromium's version; throws where there is none. */
async function browserVersion(): Promise<string> {
  const found = await findBrowser();
  if (typeof found === 'string') throw new Error(found);
  const variables = Object.entries(found.env).map(([name, value]) => `${name}=${value}`);
  return (await run('env', [...variables, found.path, '--version'])).trim();
}

const chromiumEngine = (
  name: string,
  about: string,
  library: ChromiumLibrary,
  prepareSite: (folder: string, site: string, progress: Parameters<Engine['prepare']>[1]) => Promise<void>,
): Engine => ({
  ...{ name, about, kind: 'machine', share: 1, optional: true, runsElsewhere: true },
  async prepare(folder, progress) {
    const version = await browserVersion();
    await prepareSite(folder, siteFolder(folder, library), progress);
    return version;
  },
  command(start: Start, folder: string) {
    const options: ChromiumOptions = { ...start, library, site: siteFolder(folder, library) };
    return { command: process.execPath, args: [script, JSON.stringify(options)] };
  },
});

export const chromium = chromiumEngine(
  'chromium',
  'rawiron, with its translator, in a page of Chromium',
  'rawiron',
  (_folder, site) => buildLibrarySite(site),
);

export const v86Chromium = chromiumEngine(
  'v86-chromium',
  'v86, with its JIT to WebAssembly, in a page of Chromium',
  'v86',
  async (folder, site, progress) => {
    await v86.prepare(folder, progress);
    await mkdir(site, { recursive: true });
    const build = join(dirname(createRequire(import.meta.url).resolve('v86/package.json')), 'build');
    for (const name of ['libv86.mjs', 'v86.wasm']) await copyFile(join(build, name), join(site, name));
    for (const name of ['bios.bin', 'vgabios.bin']) await copyFile(join(biosFolder(folder), name), join(site, name));
  },
);
