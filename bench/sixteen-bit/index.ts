/** Code of 16 bits in all engines: programs as DOS has them, and single instructions, from a floppy disk that boots by itself. */

import { ConfigurationError } from '../../src/util/errors.ts';
import type { Progress } from '../../src/util/progress.ts';
import { describeHost } from '../host.ts';
import type { Options } from '../options.ts';
import type { Measurements } from '../results.ts';
import { makeFolder, removeAtExit } from '../workspace.ts';
import { FloppyContender, memoryMegabytes } from './contender.ts';
import { instructionWorks, programWorks, type SixteenBitWork } from './works.ts';

/** Times of these works in all engines, which do them by turns: what disturbs the host for a while disturbs all of them alike. */
export async function measureSixteenBit(options: Options, progress: Progress): Promise<Measurements> {
  const { runs, scale, timeout, base } = options;
  const works = chosenWorks(options.filter);
  const folder = await makeFolder();
  removeAtExit(folder);
  const contenders: FloppyContender[] = [];
  // What runs no machine has nothing to boot.
  for (const engine of options.engines.filter(({ kind }) => kind === 'machine')) {
    contenders.push(await FloppyContender.create(engine, { folder, scale, timeout }, progress));
  }
  for (let run = 1; run <= runs; run++) {
    for (const contender of contenders) {
      const { name } = contender.result;
      await contender.run(works, (work) => progress(`${name}: ${work.name}, run ${run} of ${runs}`));
    }
  }
  return {
    date: new Date().toISOString().slice(0, 10),
    host: describeHost(),
    settings: { runs, scale, memoryMegabytes },
    base,
    engines: contenders.map(({ result }) => result),
    works: works.map(({ name, group, about, rounds }) => ({ name, group, about, rounds })),
    cells: works.flatMap((work) => contenders.map((contender) => contender.cell(work))),
  };
}

/** Those whose name holds one of these texts. */
function chosenWorks(filter: readonly string[]): SixteenBitWork[] {
  const works = [...programWorks, ...instructionWorks];
  const chosen = works.filter(({ name }) => filter.length === 0 || filter.some((text) => name.includes(text)));
  if (chosen.length === 0) throw new ConfigurationError(`--filter: no 16-bit code is called ${filter.join(' or ')}`);
  return chosen;
}
