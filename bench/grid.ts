import { compare, programNames, ratio, timeIn, usedEngines } from './comparison.ts';
import type { Measurements } from './results.ts';

/** A place in the table: a time and its ratio to that of the base, or a word. */
export interface Place {
  readonly time: string;
  readonly ratio: string;
}

export interface Row {
  readonly title: string;
  readonly places: readonly Place[];
}

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The results as text in rows and columns. */
export interface Grid {
  readonly engines: readonly string[];
  readonly sections: readonly Section[];
}

/** With a section for each group of works, and one for all of them, which are called `all`. */
export function makeGrid(results: Measurements, all = 'all programs'): Grid {
  const groups = [...new Set(results.works.map(({ group }) => group))];
  const engines = usedEngines(results);
  const sections = groups.flatMap((group) => {
    const works = results.works.filter((work) => work.group === group);
    if (works.length === 0) return [];
    const rows = works.map(({ name }) => workRow(results, name, engines));
    const isAverage = group !== 'boot' && works.length > 1;
    return [{ title: group, rows: isAverage ? [...rows, meanRow(results, group, engines)] : rows }];
  });
  return { engines, sections: [...sections, ...totals(results, all, engines)] };
}

function totals(results: Measurements, title: string, engines: readonly string[]): Section[] {
  if (programNames(results).length < 2) return [];
  return [{ title, rows: [meanRow(results, undefined, engines)] }];
}

function workRow(results: Measurements, work: string, engines: readonly string[]): Row {
  const places = engines.map((engine) => {
    const time = timeIn(results, work, engine);
    if (time !== undefined)
      return { time: formatTime(time), ratio: formatRatio(ratio(results, work, engine, results.base)) };
    const cell = results.cells.find((candidate) => candidate.work === work && candidate.engine === engine);
    return { time: cell?.missing?.kind === 'failed' ? 'failed' : '–', ratio: '' };
  });
  return { title: work, places };
}

function meanRow(results: Measurements, group: string | undefined, engines: readonly string[]): Row {
  const works = programNames(results, group);
  const places = engines.map((engine) => ({
    time: '',
    ratio: formatRatio(compare(results, works, engine, results.base)?.mean),
  }));
  return { title: 'geometric mean', places };
}

/** Milliseconds with about three digits. */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 10) return milliseconds.toFixed(2);
  if (milliseconds < 100) return milliseconds.toFixed(1);
  return Math.round(milliseconds).toLocaleString('en');
}

export function formatRatio(value: number | undefined): string {
  if (value === undefined) return '';
  if (value < 0.1) return `${value.toPrecision(2)}×`;
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)}×`;
}
