import { Random } from '../../support/random.ts';
import { Report } from '../report.ts';
import { type Comparison, compareOutcomes } from './compare.ts';
import type { UserEngine } from './engines.ts';
import { generateProgram } from './generate.ts';
import { Host, whyNoHost } from './host.ts';
import { listing } from './listing.ts';
import { UserMachine } from './machine.ts';
import { type Outcome, type Program, pristineMemory } from './program.ts';

/** Programs that the host is given at a time. */
const BATCH = 250;
/** Failures of an engine whose programs are shown. */
const SHOWN = 3;

export interface UserOptions {
  readonly programs: number;
  /** The seed of the first program; each other one has the next. */
  readonly seed: number;
  readonly engines: readonly UserEngine[];
  /** Is given the number of programs that have run. */
  readonly onProgress?: (done: number) => void;
}

/** An engine with what it has been found to do. */
class Candidate {
  readonly engine: UserEngine;
  readonly report = new Report();
  readonly #memory: Uint8Array;
  #machine: UserMachine;
  #instructions = 0;
  #shown = 0;

  constructor(engine: UserEngine, memory: Uint8Array) {
    this.engine = engine;
    this.#memory = memory;
    this.#machine = new UserMachine(engine.engine, memory, engine.settings);
  }

  /** Runs a program, and compares with what the host made of it. */
  check(program: Program, expected: Outcome): void {
    for (let run = 0; run < this.engine.runs; run++) {
      const comparison = this.#compare(program, expected);
      if (comparison.open) this.report.skip(comparison.open);
      else if (comparison.differences.length > 0) this.#fail(program, run, comparison);
      else continue;
      return;
    }
    this.report.add('', '', []);
  }

  #compare(program: Program, expected: Outcome): Comparison {
    try {
      return compareOutcomes(program, this.#machine.run(program), expected);
    } catch (error) {
      return { differences: [(error as Error).stack!] };
    }
  }

  #fail(program: Program, run: number, { differences, eip }: Comparison): void {
    this.report.add(`program ${program.seed}`, `run ${run}`, differences);
    if (this.#shown++ < SHOWN) {
      this.report.note(`${listing(program, eip)}\nagain by: npm run oracle -- user 1 ${program.seed}`);
    }
    this.#renew();
  }

  /** Makes another machine: a failure of one program does not reach the next. */
  #renew(): void {
    this.#release();
    this.#machine = new UserMachine(this.engine.engine, this.#memory, this.engine.settings);
  }

  #release(): void {
    this.#instructions += this.#machine.instructions;
    this.report.translations += this.#machine.engine.translations;
    this.report.coldRuns += this.#machine.engine.coldRuns;
    this.#machine[Symbol.dispose]();
  }

  finish(): Report {
    this.#release();
    if (this.#instructions > 0) this.report.note(`${this.#instructions} instructions`);
    return this.report;
  }
}

/** Why programs cannot run on the host's processor, or undefined if they can. */
export function whyNoUserCode(): string | undefined {
  const reason = whyNoHost();
  if (reason) return reason;
  const host = new Host(pristineMemory(new Random(1)));
  try {
    host.run([generateProgram(1)]);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    host[Symbol.dispose]();
  }
}

/** Random programs of user code on the host's processor and on engines; a report each, by name. */
export function checkUser({ programs, seed, engines, onProgress }: UserOptions): ReadonlyMap<string, Report> {
  // The same for all seeds, so that each program can be run alone.
  const memory = pristineMemory(new Random(1));
  const host = new Host(memory);
  const candidates = engines.map((engine) => new Candidate(engine, memory));
  try {
    for (let done = 0; done < programs; done += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, programs - done) }, (_, n) =>
        generateProgram(seed + done + n),
      );
      const expected = host.run(batch);
      for (const candidate of candidates) {
        for (const [n, program] of batch.entries()) candidate.check(program, expected[n]!);
      }
      onProgress?.(done + batch.length);
    }
  } finally {
    host[Symbol.dispose]();
  }
  return new Map(candidates.map((candidate) => [candidate.engine.name, candidate.finish()]));
}
