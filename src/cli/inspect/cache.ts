import { watching } from '../../inspect/inspected.ts';
import { busyNames } from '../../inspect/profile.ts';
import { busyTime, type Sample, sampleWatched, takeSample, wait } from '../../inspect/sampling.ts';
import type { TranslationStats } from '../../machine-core.ts';
import { type Attached, attached, machineOptions } from './attached.ts';
import type { Answer, Command, Request } from './command.ts';
import type { OptionName, Options } from './options.ts';
import { Screen } from './screen.ts';
import { bold, type Style } from './style.ts';
import { byteSize, count, percent } from './table.ts';
import { arrange, countsText, translationTable } from './translations.ts';

const tableOptions: readonly OptionName[] = ['seconds', 'sort', 'filter', 'limit', ...machineOptions];

const cache: Command = {
  name: 'cache',
  usage: '',
  help: 'translations, with what they did in some seconds',
  options: tableOptions,
  run(request) {
    return attached(request, async (at) => {
      const sample = await takeSample(at.machine, request.options.seconds ?? 1);
      return sampleAnswer(sample, at, request.options);
    });
  },
};

function sampleAnswer(sample: Sample, { symbols }: Attached, options: Options): Answer {
  const arranged = arrange(sample.translations, symbols, options);
  const { shown: translations, more } = arranged;
  return {
    data: { seconds: sample.seconds, stats: sample.stats, shares: sample.profile.shares, translations, more },
    text: (style) => `${summary(sample, style)}\n${translationTable(arranged, style)}`,
  };
}

/** A summary of the activity of the machine's thread and of the cache's contents. */
function summary({ seconds, translations, stats, profile }: Sample, style: Style): string {
  const { invalidation } = stats;
  const transfers = translations.reduce((sum, { exits }) => sum + (exits?.transfer ?? 0), 0);
  const busy = busyTime(profile);
  const shares = busyNames.filter((name) => profile.shares[name] > 0);
  const parts = shares.map((name) => `${name} ${percent(profile.shares[name] / busy)}`);
  return [
    `${bold(style, 'thread')}  busy ${percent(busy / profile.duration)} of ${seconds.toFixed(1)} s: ${parts.join(', ')}`,
    `${bold(style, 'cache')}   ${count(stats.translations)} translations of ${byteSize(stats.bytes)} guest code, ` +
      `${byteSize(stats.characters)} JavaScript; ${count(stats.translated)} made in all`,
    `${bold(style, 'copies')}  ${copiesText(stats)}; ${count(transfers / seconds)} transfers between them a second`,
    `${bold(style, 'graph')}   ${count(stats.nodes)} instructions in ${count(stats.pages)} pages; ` +
      `${count(stats.handlers)} handlers; ${count(stats.walks)} page walks`,
    `${bold(style, 'dropped')} ${countsText(invalidation) || 'nothing'}`,
    '',
  ].join('\n');
}

/** How often what is translated is translated. */
function copiesText({ instructions, differentInstructions }: TranslationStats): string {
  const copies = differentInstructions === 0 ? 0 : instructions / differentInstructions;
  return `${count(differentInstructions)} different instructions, each in ${copies.toFixed(2)} translations`;
}

const top: Command = {
  name: 'top',
  usage: '',
  help: 'the same as cache, live: sample after sample until q or Ctrl-C',
  options: [...tableOptions, 'count', 'once'],
  run(request) {
    return attached(request, (at) => watching(at.machine, () => showSamples(request, at)));
  },
};

/** Shows samples on the screen; the last one is the answer. */
async function showSamples(request: Request, at: Attached): Promise<Answer> {
  const { options } = request;
  const { seconds = 1, once, count: times = once || !process.stdout.isTTY ? 1 : Infinity } = options;
  using screen = new Screen();
  for (let n = 1; ; n++) {
    const sample = await sampleWatched(at.machine, () => Promise.race([wait(seconds), screen.left]));
    const limit = options.limit ?? Math.max(1, screen.rows - HEADING);
    const answer = sampleAnswer(sample, at, { ...options, limit });
    if (n >= times || screen.isLeft) return { ...answer, isOfSeries: true };
    if (options.json) screen.print(`${JSON.stringify(answer.data)}\n`);
    else screen.show((style) => answer.text(style));
  }
}

/** Lines above the table, with its own heading, and the one below it. */
const HEADING = 9;

export const cacheCommands: readonly Command[] = [cache, top];
