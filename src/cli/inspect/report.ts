import { writeFile } from 'node:fs/promises';
import { ConfigurationError } from '../../index.ts';
import { record } from '../../inspect/recording.ts';
import { hottestFirst, reportPage } from '../../inspect/report/page.ts';
import { writeError } from '../output-error.ts';
import { attached, machineOptions } from './attached.ts';
import type { Command } from './command.ts';

const USUAL_SECONDS = 10;
/** Looks at the machine in a second. */
const LOOKS = 2;
const FEWEST_LOOKS = 8;
/** Translations whose code the page has. */
const SHOWN_CODE = 30;

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
      await write(path, '', 'a');
      process.stderr.write(`Watching the machine for ${seconds} s…\n`);
      const recording = await record(machine, seconds, Math.max(FEWEST_LOOKS, Math.round(seconds * LOOKS)));
      const date = new Date().toISOString().replace('T', ' ').slice(0, 19);
      const hottest = hottestFirst(recording.translations).slice(0, SHOWN_CODE);
      const found = await Promise.all(hottest.map(({ physical, key }) => machine.ask('translationIn', physical, key)));
      const details = found.filter((detail) => detail !== null);
      const page = reportPage(recording, symbols, { title: 'rawiron: what the machine does', date }, details);
      await write(path, page, 'w');
      return { data: { path, seconds: recording.seconds }, text: () => `${path}\n` };
    });
  },
};

/** To add nothing tells, before anything is recorded, whether the file can be written; what is in it stays. */
async function write(path: string, text: string, flag: 'a' | 'w'): Promise<void> {
  await writeFile(path, text, { flag }).catch((error) => {
    throw writeError(path, error);
  });
}
