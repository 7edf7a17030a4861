/**
 * Chromium without a screen, for the tests and pictures of HTML pages: `node scripts/browser.ts` gets Debian's
 * chromium-headless-shell, and what of its libraries the host lacks, through the host's apt client, and unpacks them
 * below the project's cache. Nothing is installed. It prints the program's path.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../src/node/assets/cache.ts';
import { isInstalled, run } from '../src/node/process.ts';

const PACKAGE = 'chromium-headless-shell';
const PROGRAM = 'usr/lib/chromium/chromium-headless-shell';
const folder = join(cacheDirectory(), 'browser');

/** A browser, and the variables that it needs. */
export interface Browser {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The browser that is there: the one that $CHROMIUM names, the host's, or the one that this script has got; or why none. */
export async function findBrowser(): Promise<Browser | string> {
  const named = process.env.CHROMIUM;
  if (named) return { path: named, env: {} };
  for (const path of ['chromium', 'chromium-headless-shell']) {
    const found = await run('sh', ['-c', `command -v ${path}`]).catch(() => '');
    if (found.trim() !== '') return { path: found.trim(), env: {} };
  }
  const unpacked = await unpackedBrowser();
  return unpacked ?? 'there is no Chromium here: run "node scripts/browser.ts", or set CHROMIUM to the path of one';
}

async function unpackedBrowser(): Promise<Browser | null> {
  const program = join(folder, PROGRAM);
  const libraries = (await libraryFolders(join(folder, 'usr/lib'))).join(':');
  // Where the host has fonts' configuration, the package that brings it was not got.
  const fonts = join(folder, 'etc/fonts');
  const env = { LD_LIBRARY_PATH: libraries, ...(existsSync(join(fonts, 'fonts.conf')) && { FONTCONFIG_PATH: fonts }) };
  const works = await run('env', [`LD_LIBRARY_PATH=${libraries}`, program, '--version']).then(
    () => true,
    () => false,
  );
  return works ? { path: program, env } : null;
}

async function libraryFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const triplets = entries.filter((entry) => entry.isDirectory() && /-linux-gnu$/.test(entry.name));
  return triplets.flatMap(({ name }) => [join(root, name), join(root, name, 'pulseaudio')]);
}

/** Gets the browser if it isn't there. Throws if there is no apt client, or the packages can't be had. */
async function getBrowser(): Promise<Browser> {
  const found = await findBrowser();
  if (typeof found !== 'string') return found;
  if (!(await isInstalled('apt-get')))
    throw new Error('there is no apt client here; set CHROMIUM to the path of a browser');
  const work = `${folder}.${process.pid}.tmp`;
  await mkdir(join(work, 'packages'), { recursive: true });
  try {
    await download(await missingPackages(), work);
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, 'tree'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const browser = await findBrowser();
  if (typeof browser === 'string') throw new Error('the browser that was got does not start');
  return browser;
}

/** The package and all that it depends on, but what the host has. */
async function missingPackages(): Promise<string[]> {
  const options = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
    (kind) => `--no-${kind}`,
  );
  const text = await run('apt-cache', ['depends', '--recurse', '--important', ...options, PACKAGE]);
  const names = [...new Set(text.match(/^[a-z0-9][\w.+-]*$/gm) ?? [])];
  const installed = await run('dpkg-query', ['-W']);
  const present = new Set([...installed.matchAll(/^([^\s:]+)\S*\t\S/gm)].map(([, name]) => name));
  return [...names.filter((name) => !present.has(name)), 'fonts-dejavu-core'];
}

async function download(names: readonly string[], work: string): Promise<void> {
  const packages = join(work, 'packages');
  await run('apt-get', ['-q', 'download', ...names], { directory: packages });
  for (const file of await readdir(packages)) await run('dpkg-deb', ['-x', join(packages, file), join(work, 'tree')]);
}

if (import.meta.main) console.log((await getBrowser()).path);
