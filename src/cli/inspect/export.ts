import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigurationError } from '../../index.ts';
import { presentTranslations } from '../../inspect/inspected.ts';
import type { MappedFile } from '../../machine-core.ts';
import { type Attached, attached, machineOptions } from './attached.ts';
import type { Command } from './command.ts';
import { ExportFolder } from './export-folder.ts';
import { count } from './table.ts';

const exportCommand: Command = {
  name: 'export',
  usage: 'DIR',
  help: 'writes the cache as JavaScript files with source maps to listings of the guest code, into a folder of its own',
  options: ['install', ...machineOptions],
  words: 1,
  run(request) {
    const [directory] = request.words;
    if (directory === undefined) throw new ConfigurationError('export: give a folder');
    return attached(request, async (at) => {
      const files = await exportAll(at, directory);
      const folder = pathToFileURL(resolve(directory)).href;
      const installed = request.options.install ? await at.machine.ask('install', folder, files) : 0;
      return {
        data: { directory, translations: files.length, installed, files: files.map(([, file]) => file) },
        text: () => `${count(files.length)} translations in ${directory}${installedText(installed)}\n`,
      };
    });
  },
};

function installedText(installed: number): string {
  return installed === 0 ? '' : `; the machine goes on with ${count(installed)} of them`;
}

/** Writes all translations. Gives the name of each one's file by its place. */
async function exportAll({ machine, symbols }: Attached, directory: string): Promise<MappedFile[]> {
  const { exportTranslation } = await import('../../inspect/exported.ts');
  const files: MappedFile[] = [];
  const texts: Record<string, string> = {};
  const folder = await ExportFolder.open(directory);
  for (const detail of await presentTranslations(machine)) {
    const { physical, key } = detail.info;
    const { name, javascript, listing, map } = exportTranslation(detail, symbols);
    Object.assign(texts, { [name]: javascript, [`${name}.asm`]: listing, [`${name}.map`]: map });
    files.push([`${physical} ${key}`, name, `${name}.map`]);
  }
  await folder.write(texts);
  return files;
}

export const exportCommands: readonly Command[] = [exportCommand];
