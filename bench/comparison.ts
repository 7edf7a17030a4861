import type { Measurements } from './results.ts';
import { geometricMean } from './statistics.ts';

/**
 * How often as fast one engine is as another: the mean over works that both did, and the work where it is least. A work whose
 * first and later runs stand apart counts once, with the mean of the two.
 */
export interface Comparison {
  readonly mean: number;
  readonly count: number;
  readonly least: { readonly work: string; readonly ratio: number };
}

/** Milliseconds of a work in an engine, if they were measured. */
export type TimeIn = (results: Measurements, work: string, engine: string) => number | undefined;

const cellOf = ({ cells }: Measurements, work: string, engine: string) =>
  cells.find((cell) => cell.work === work && cell.engine === engine);

/** By the clock. */
export const timeIn: TimeIn = (...of) => cellOf(...of)?.milliseconds;
/** Processor time of the engine's busiest thread. */
export const processorTimeIn: TimeIn = (...of) => cellOf(...of)?.processorMilliseconds;

/** How often as fast an engine does a work as another; undefined if one of them did not do it. */
export function ratio(
  results: Measurements,
  work: string,
  engine: string,
  other: string,
  timeOf: TimeIn = timeIn,
): number | undefined {
  const [time, otherTime] = [timeOf(results, work, engine), timeOf(results, work, other)];
  return time === undefined || otherTime === undefined ? undefined : otherTime / time;
}

/** Compares two engines over these works; undefined if there is none that both did. */
export function compare(
  results: Measurements,
  works: readonly string[],
  engine: string,
  other: string,
  timeOf: TimeIn = timeIn,
): Comparison | undefined {
  const ratios = works.flatMap((work) => {
    const value = ratio(results, work, engine, other, timeOf);
    return value === undefined ? [] : [{ work, ratio: value }];
  });
  const rows = Map.groupBy(ratios, ({ work }) => partOf(results, work));
  const means = [...rows.values()].flatMap((entries) => geometricMean(entries.map((entry) => entry.ratio)) ?? []);
  const mean = geometricMean(means);
  if (mean === undefined) return undefined;
  const least = ratios.reduce((a, b) => (b.ratio < a.ratio ? b : a));
  return { mean, count: means.length, least };
}

/** The name of the work whose runs a row is made of. */
function partOf({ works }: Measurements, row: string): string {
  return works.find(({ name }) => name === row)?.part?.of ?? row;
}

/** Names of the works that are programs, of one group or of all. */
export function programNames({ works }: Measurements, group?: string): string[] {
  return works
    .filter((work) => work.group !== 'boot' && (group === undefined || work.group === group))
    .map((work) => work.name);
}

/** Names of the engines that were used. */
export function usedEngines({ engines }: Measurements): string[] {
  return engines.filter(({ version }) => version !== undefined).map(({ name }) => name);
}
