import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Modules that the library for pages gives to threads. Their sources are JavaScript, with the ending `.mjs`. */
export const pageThreads = ['machine-thread', 'ticker-thread', 'files-thread', 'sound-worklet'] as const;

const named = new RegExp(`\\b(${pageThreads.join('|')})\\.mjs\\b`, 'g');

/**
 * Gives them the ending `.js` among the compiled modules, and so in bundles: many web servers don't know `.mjs`, and browsers start no thread
 * with a file that is not sent as JavaScript.
 */
export async function renamePageThreads(folder: string): Promise<void> {
  for (const thread of pageThreads) {
    await rename(join(folder, `${thread}.mjs`), join(folder, `${thread}.js`));
    await rename(join(folder, `${thread}.mjs.map`), join(folder, `${thread}.js.map`));
    await rename(join(folder, `${thread}.d.mts`), join(folder, `${thread}.d.ts`));
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  for (const file of names.map((name) => join(folder, name))) {
    const text = await readFile(file, 'utf8');
    if (text.search(named) >= 0) await writeFile(file, text.replace(named, '$1.js'));
  }
}
