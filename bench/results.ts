import { runsOf } from './parts.ts';
import type { Work } from './programs.ts';
import type { Sample } from './session.ts';
import { median } from './statistics.ts';

/** Why a work was not measured: it can't be, or it was tried. */
export interface Missing {
  readonly kind: 'skipped' | 'failed';
  readonly reason: string;
}

/** The result of one work in one engine. */
export interface Cell {
  readonly engine: string;
  readonly work: string;
  /** Milliseconds of each run, for the standard size. */
  readonly runs: readonly number[];
  /** Their median, or the least of code of 16 bits; none if it was not measured. */
  readonly milliseconds?: number;
  /**
   * Processor time of the engine's busiest thread: other work of the host hardly changes it. None where the host doesn't tell it.
   */
  readonly processorMilliseconds?: number;
  readonly missing?: Missing;
  /** Why the figure is to be taken with care. */
  readonly note?: string;
}

/** Counts of guest code in an engine that translates it. */
export interface TranslatedCode {
  /** Translations that an instruction stands in, in the mean, after the last program. */
  readonly copies: number;
  /** By program: how often a second control went straight from one translation to another. */
  readonly transfers: Readonly<Record<string, number>>;
}

/** The data about an engine after the run. */
export interface EngineResult {
  readonly name: string;
  readonly about: string;
  readonly version?: string;
  /** Why it was not used. */
  readonly unavailable?: string;
  /** Where its Linux took the time from. */
  readonly clock?: string;
  /** Bytes of memory its process held after the last program. */
  readonly residentBytes?: number;
  readonly translated?: TranslatedCode;
}

/** Instructions that a program executes, and millions of them a second by engine; or why they were not counted. */
export type InstructionResult =
  | {
      readonly work: string;
      readonly instructions: number;
      readonly millionsPerSecond: Readonly<Record<string, number>>;
    }
  | { readonly work: string; readonly failure: string };

/** Times of works in engines. */
export interface Measurements {
  readonly date: string;
  readonly host: HostDescription;
  readonly settings: { readonly runs: number; readonly scale: number; readonly memoryMegabytes: number };
  readonly base: string;
  readonly engines: readonly EngineResult[];
  readonly works: readonly Work[];
  readonly cells: readonly Cell[];
}

/** Those of a Linux guest. */
export interface Results extends Measurements {
  readonly kernel: string;
  readonly instructions?: InstructionResult;
  /** The folder that was kept. */
  readonly kept?: string;
}

export interface HostDescription {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly system: string;
  readonly node: string;
}

/** A clock may be off by this part of the time, and marks may be late by so many milliseconds. */
const CLOCK_TOLERANCE = 0.05;
const MARK_DELAY = 50;

/** The cell of a work that was run, or of some of its runs, of these samples of all. Its times are the guest's, unless the guest's clock is found to be wrong. */
export function measuredCell(engine: string, work: Work, samples: readonly Sample[]): Cell {
  // A host that is busy sees a mark late now and then; a wrong clock is wrong in each run.
  const wrong = samples.every(isClockWrong);
  const own = runsOf(work, samples);
  const runs = own.map((sample) => ((wrong ? hostTime(sample) : guestTime(sample)) * work.rounds) / sample.rounds);
  const processor = median(own.map((sample) => (sample.processorMilliseconds * work.rounds) / sample.rounds));
  return {
    ...{ engine, work: work.name, runs, milliseconds: median(runs) },
    ...(processor > 0 && { processorMilliseconds: processor }),
    ...(wrong && { note: wrongClock(own[0]) }),
  };
}

function isClockWrong(sample: Sample): boolean {
  const { guestMilliseconds, resolution } = sample;
  const time = hostTime(sample);
  return Math.abs(time - guestMilliseconds) > MARK_DELAY + resolution + CLOCK_TOLERANCE * time;
}

/** The time nearest to the guest's that the host's clock allows. */
function hostTime({ guestMilliseconds, leastMilliseconds, mostMilliseconds }: Sample): number {
  return clamp(guestMilliseconds, leastMilliseconds, mostMilliseconds);
}

/** Within what a coarse clock leaves open, the host's marks decide. */
function guestTime({ guestMilliseconds, resolution, leastMilliseconds }: Sample): number {
  return clamp(leastMilliseconds, guestMilliseconds - resolution, guestMilliseconds + resolution);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

function wrongClock(sample: Sample): string {
  const [guest, host] = [sample.guestMilliseconds, hostTime(sample)].map((time) => time.toFixed(0));
  return `the guest's clock said ${guest} ms where the host's said ${host}, which counts`;
}
