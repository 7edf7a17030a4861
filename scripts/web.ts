/** Serves the page in web/ for this machine, as built: `npm run web`. It is built first where a source is newer. */
import { lstatSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { preview } from 'vite';
import { buildPage } from './page.ts';

const root = join(import.meta.dirname, '..');
const configFile = join(root, 'web/vite.config.ts');
const folder = join(root, 'dist-web');
/** Sources of the page. Images that users put beside it are no part of it. */
const sources = ['web', 'src', 'runtime', 'translator', 'scripts', 'package-lock.json'].map((name) => join(root, name));
const disks = join(root, 'web/disks');

const builtAt = statSync(join(folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
if (sources.some((path) => newest(path) > builtAt)) await buildPage(folder, (text) => console.log(text));
// Images in web/disks are found as if the page was served from its sources, also those that come later.
if (!lstatSync(join(folder, 'disks'), { throwIfNoEntry: false })) symlinkSync(disks, join(folder, 'disks'), 'junction');
(await preview({ configFile, preview: { open: process.argv.includes('--open') } })).printUrls();

/** When a file, or the latest of a folder's, was changed, in milliseconds. */
function newest(path: string): number {
  const { mtimeMs } = statSync(path);
  if (path === disks || !statSync(path).isDirectory()) return mtimeMs;
  return Math.max(mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}
