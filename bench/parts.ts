import { apartGroups, type Part, type Work } from './programs.ts';

const titles: Readonly<Record<Part['runs'], { readonly ending: string; readonly title: string }>> = {
  first: { ending: '', title: 'first run' },
  later: { ending: '-later', title: 'later runs' },
};

/** The rows of the table that a work has after so many runs: one, or one for the first run and one for the others. */
export function partsOf(work: Work, runs: number): readonly Work[] {
  if (!apartGroups.has(work.group)) return [work];
  return (['first', 'later'] as const).slice(0, runs).map((which) => {
    const { ending, title } = titles[which];
    const part: Part = { of: work.name, runs: which };
    return { ...work, name: work.name + ending, group: `${work.group}, ${title}`, part };
  });
}

/** The runs that a row is made of, out of all runs of a work. */
export function runsOf<Run>({ part }: Work, runs: readonly Run[]): readonly Run[] {
  if (!part) return runs;
  return part.runs === 'first' ? runs.slice(0, 1) : runs.slice(1);
}
