import { writeFile } from 'node:fs/promises';
import { ConfigurationError } from '../../index.ts';
import { record } from '../../inspect/recording.ts';
import { reportPage } from '../../inspect/report/page.ts';
import { writeError } from '../output-error.ts';
import { attached, machineOptions } from './attached.ts';
import type { Command } from './command.ts';

const USUAL_SECONDS = 10;
/** Looks at the machine in a second. */
const LOOKS = 2;
const FEWEST_LOOKS = 8;

export const reportCommand: Command = {
  name: 'report',
  usage: 'FILE.html',
  help: 'writes a page with tables and plots of what the machine does',
  options: ['seconds', ...machineOptions],
  usual: { seconds: USUAL_SECONDS },
  words: 1,
  run(request) {
    const [path] = request.words;
    if (path === undefined) throw new ConfigurationError('report: give a file');
    const { seconds = USUAL_SECONDS } = request.options;
    return attached(request, async ({ machine, symbols }) => {
      await writeTo(path, '');
      const recording = await record(machine, seconds, Math.max(FEWEST_LOOKS, Math.round(seconds * LOOKS)));
      const date = new Date().toISOString().replace('T', ' ').slice(0, 19);
      const page = reportPage(recording, symbols, { title: 'rawiron: what the machine does', date });
      await writeTo(path, page);
      return { data: { path, seconds: recording.seconds }, text: () => `${path}\n` };
    });
  },
};

/** Before anything is recorded it is tried whether the file can be written. */
async function writeTo(path: string, text: string): Promise<void> {
  await writeFile(path, text).catch((error) => {
    throw writeError(path, error);
  });
}
