/**
 * Browsers without a screen, for the tests and pictures of HTML pages: `node scripts/browser.ts` gets Debian's
 * chromium-headless-shell, `node scripts/browser.ts firefox` its firefox-esr, and what of their libraries the host lacks, through
 * the host's apt client, and unpacks them below the project's cache. Nothing is installed. It prints the program's path.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDirectory } from '../src/node/assets/cache.ts';
import { isInstalled, run } from '../src/node/process.ts';

/** Where a browser comes from. */
interface Source {
  readonly title: string;
  /** The variable that names another one. */
  readonly variable: string;
  /** Programs of the host. */
  readonly commands: readonly string[];
  /** Debian's package, and the program in it. */
  readonly package: string;
  readonly program: string;
  readonly folder: string;
  /** What gets it. */
  readonly command: string;
}

const sources = {
  chromium: {
    title: 'Chromium',
    variable: 'CHROMIUM',
    commands: ['chromium', 'chromium-headless-shell'],
    package: 'chromium-headless-shell',
    program: 'usr/lib/chromium/chromium-headless-shell',
    folder: join(cacheDirectory(), 'browser'),
    command: 'node scripts/browser.ts',
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX',
    commands: ['firefox-esr', 'firefox'],
    package: 'firefox-esr',
    program: 'usr/lib/firefox-esr/firefox-esr',
    folder: join(cacheDirectory(), 'firefox'),
    command: 'node scripts/browser.ts firefox',
  },
} as const satisfies Record<string, Source>;

/** A browser, and the variables that it needs. */
export interface Browser {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

/** The browser that is there: the one that $CHROMIUM or $FIREFOX names, the host's, or the one that this script has got; or why none. */
export async function findBrowser(name: keyof typeof sources = 'chromium'): Promise<Browser | string> {
  const source: Source = sources[name];
  const named = process.env[source.variable];
  if (named) return { path: named, env: {} };
  for (const path of source.commands) {
    const found = await run('sh', ['-c', `command -v ${path}`]).catch(() => '');
    if (found.trim() !== '') return { path: found.trim(), env: {} };
  }
  const unpacked = await unpackedBrowser(source);
  const { title, command, variable } = source;
  return unpacked ?? `there is no ${title} here: run "${command}", or set ${variable} to the path of one`;
}

async function unpackedBrowser({ folder, ...source }: Source): Promise<Browser | null> {
  const program = join(folder, source.program);
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
async function getBrowser(name: keyof typeof sources): Promise<Browser> {
  const found = await findBrowser(name);
  if (typeof found !== 'string') return found;
  const { folder, variable, ...source }: Source = sources[name];
  if (!(await isInstalled('apt-get')))
    throw new Error(`there is no apt client here; set ${variable} to the path of a browser`);
  const work = `${folder}.${process.pid}.tmp`;
  await mkdir(join(work, 'packages'), { recursive: true });
  try {
    await download(await missingPackages(source.package), work);
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, 'tree'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const browser = await findBrowser(name);
  if (typeof browser === 'string') throw new Error('the browser that was got does not start');
  return browser;
}

/** The package and all that it depends on, but what the host has. */
async function missingPackages(name: string): Promise<string[]> {
  const options = ['recommends', 'suggests', 'conflicts', 'breaks', 'replaces', 'enhances'].map(
    (kind) => `--no-${kind}`,
  );
  const text = await run('apt-cache', ['depends', '--recurse', '--important', ...options, name]);
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

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [name = 'chromium'] = positionals;
  if (!Object.hasOwn(sources, name)) throw new Error(`'${name}' is none of: ${Object.keys(sources).join(', ')}`);
  console.log((await getBrowser(name as keyof typeof sources)).path);
}
