/**
 * Browsers without a screen, for the tests and pictures of HTML pages: `node scripts/browser.ts` gets Debian's
 * chromium-headless-shell, `node scripts/browser.ts firefox` its firefox-esr, `node scripts/browser.ts webkit` its WebKitGTK with the
 * driver and a screen in memory, and what of their libraries the host lacks, through the host's apt client, and unpacks them below
 * the project's cache. Nothing is installed. It prints the program's path.
 */
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheDirectory } from '../src/node/assets/cache.ts';
import { isInstalled, run } from '../src/node/process/process.ts';

/** Where a browser comes from. */
interface Source {
  readonly title: string;
  /** The variable that names another one. */
  readonly variable: string;
  /** Programs of the host. */
  readonly commands: readonly string[];
  /** Debian's packages, and the program in them. */
  readonly packages: readonly string[];
  readonly program: string;
  readonly folder: string;
  /** The command that fetches it. */
  readonly command: string;
  /** Its programs look for each other below /usr. */
  readonly hasFixedPaths?: boolean;
}

const sources = {
  chromium: {
    title: 'Chromium',
    variable: 'CHROMIUM',
    commands: ['chromium', 'chromium-headless-shell'],
    packages: ['chromium-headless-shell', 'fonts-dejavu-core'],
    program: 'usr/lib/chromium/chromium-headless-shell',
    folder: join(cacheDirectory(), 'browser'),
    command: 'node scripts/browser.ts',
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX',
    commands: ['firefox-esr', 'firefox'],
    packages: ['firefox-esr', 'fonts-dejavu-core'],
    program: 'usr/lib/firefox-esr/firefox-esr',
    folder: join(cacheDirectory(), 'firefox'),
    command: 'node scripts/browser.ts firefox',
  },
  webkit: {
    title: 'WebKit',
    variable: 'WEBKIT_DRIVER',
    commands: ['WebKitWebDriver'],
    packages: ['webkit2gtk-driver', 'xvfb', 'fonts-dejavu-core'],
    program: 'usr/bin/WebKitWebDriver',
    folder: join(cacheDirectory(), 'webkit'),
    command: 'node scripts/browser.ts webkit',
    hasFixedPaths: true,
  },
} as const satisfies Record<string, Source>;

export type BrowserName = keyof typeof sources;

/** A browser, and what it needs. */
export interface Browser {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
  /** Words of a command that its programs' own follow, if they don't run as they are. */
  readonly before: readonly string[];
}

/** As people call it. */
export const browserTitle = (name: BrowserName): string => sources[name].title;

/** The browser of this name. Throws where there is none. */
export function browserNamed(name: string): BrowserName {
  if (!Object.hasOwn(sources, name)) throw new Error(`'${name}' is none of: ${Object.keys(sources).join(', ')}`);
  return name as BrowserName;
}

/** The browser that is there: the one that $CHROMIUM, $FIREFOX or $WEBKIT_DRIVER names, the host's, or the one that this script has got; or why none. */
export async function findBrowser(name: BrowserName = 'chromium'): Promise<Browser | string> {
  const source: Source = sources[name];
  const named = process.env[source.variable];
  if (named) return { path: named, env: {}, before: [] };
  for (const path of source.commands) {
    const found = await run('sh', ['-c', `command -v ${path}`]).catch(() => '');
    if (found.trim() !== '') return { path: found.trim(), env: {}, before: [] };
  }
  const unpacked = await unpackedBrowser(source);
  const { title, command, variable } = source;
  return unpacked ?? `there is no ${title} here: run "${command}", or set ${variable} to the path of one`;
}

async function unpackedBrowser(source: Source): Promise<Browser | null> {
  const browser = source.hasFixedPaths ? overlaid(source) : await beside(source);
  const variables = Object.entries(browser.env).map(([name, value]) => `${name}=${value}`);
  const works = await run('env', [...variables, ...browser.before, browser.path, '--version']).then(
    () => true,
    () => false,
  );
  return works ? browser : null;
}

/** As it was unpacked, with its libraries. */
async function beside({ folder, program }: Source): Promise<Browser> {
  const libraries = (await libraryFolders(join(folder, 'usr/lib'))).join(':');
  // Where the host has fonts' configuration, the package that brings it was not got.
  const fonts = join(folder, 'etc/fonts');
  const env = { LD_LIBRARY_PATH: libraries, ...(existsSync(join(fonts, 'fonts.conf')) && { FONTCONFIG_PATH: fonts }) };
  return { path: join(folder, program), env, before: [] };
}

/** In a name space of its own, in which what was unpacked lies over the host's /usr. */
function overlaid({ folder, program }: Source): Browser {
  const mount = `mount -t overlay overlay -o lowerdir="$0/usr":/usr /usr && exec "$@"`;
  return {
    path: `/${program}`,
    env: {},
    before: ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', mount, folder],
  };
}

async function libraryFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const triplets = entries.filter((entry) => entry.isDirectory() && /-linux-gnu$/.test(entry.name));
  return triplets.flatMap(({ name }) => [join(root, name), join(root, name, 'pulseaudio')]);
}

/** Gets the browser if it isn't there. Throws if there is no apt client, or the packages can't be had. */
async function getBrowser(name: BrowserName): Promise<Browser> {
  const found = await findBrowser(name);
  if (typeof found !== 'string') return found;
  const { folder, variable, ...source }: Source = sources[name];
  if (!(await isInstalled('apt-get')))
    throw new Error(`there is no apt client here; set ${variable} to the path of a browser`);
  const work = `${folder}.${process.pid}.tmp`;
  await mkdir(join(work, 'packages'), { recursive: true });
  try {
    await download(await missingPackages(source.packages), work);
    await rm(folder, { recursive: true, force: true });
    await rename(join(work, 'tree'), folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const browser = await findBrowser(name);
  if (typeof browser === 'string') throw new Error('the browser that was got does not start');
  return browser;
}

/** The packages and all that they depend on, but what the host has. */
async function missingPackages(names: readonly string[]): Promise<string[]> {
  const steps = await run('apt-get', ['-q', '--simulate', '--no-install-recommends', 'install', ...names]);
  return [...steps.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name!);
}

async function download(names: readonly string[], work: string): Promise<void> {
  const packages = join(work, 'packages');
  await run('apt-get', ['-q', 'download', ...names], { directory: packages });
  for (const file of await readdir(packages)) await run('dpkg-deb', ['-x', join(packages, file), join(work, 'tree')]);
}

if (import.meta.main) {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [name = 'chromium'] = positionals;
  console.log((await getBrowser(browserNamed(name))).path);
}
