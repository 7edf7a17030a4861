import { makeGrid } from '../grid.ts';
import { belowInterpreter, comparisons, missing, unavailable } from '../remarks.ts';
import type { Measurements } from '../results.ts';
import { gridLines } from '../table.ts';
import { instructionWorks, programWorks, type SixteenBitWork } from './works.ts';

/** A table of the programs, one of the single instructions, and what is to be said of each. */
export function sixteenBitText(all: Measurements): string {
  const { settings, base, host } = all;
  const least = `least of ${settings.runs}; speed, ${base} being 1. ${host.cpu}, ${host.cores} cores.`;
  const programs = part(all, programWorks);
  const instructions = part(all, instructionWorks);
  return [
    ...table(`16-bit programs, milliseconds, ${least}`, programs, 'all programs', comparisons(programs)),
    ...table(`Single instructions in a loop, nanoseconds a round, ${least}`, instructions, 'all instructions', []),
    ...unavailable(all),
    '',
  ].join('\n');
}

/** The measurements of these works. */
function part(all: Measurements, works: readonly SixteenBitWork[]): Measurements {
  const names = new Set(works.map(({ name }) => name));
  return {
    ...all,
    works: all.works.filter(({ name }) => names.has(name)),
    cells: all.cells.filter(({ work }) => names.has(work)),
  };
}

function table(caption: string, measurements: Measurements, all: string, first: readonly string[]): string[] {
  if (measurements.works.length === 0) return [];
  const remarks = [...first, ...belowInterpreter(measurements), ...missing(measurements)];
  return [caption, '', ...gridLines(makeGrid(measurements, all)), '', ...remarks, ''];
}
