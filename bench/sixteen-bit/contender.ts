import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../src/util/errors.ts';
import type { Progress } from '../../src/util/progress.ts';
import { ConsoleError } from '../console.ts';
import { MOST_LOSSES } from '../contender.ts';
import type { Engine } from '../engines/engine.ts';
import type { Cell, EngineResult, Missing } from '../results.ts';
import { makeFloppy, makeTasks, type Task } from './floppy.ts';
import { runTasks } from './session.ts';
import type { SixteenBitWork } from './works.ts';

/** Memory of all machines, in megabytes. */
export const memoryMegabytes = 32;
/**
 * Least share of a work's rounds that a measurement needs: marks may take a millisecond on their way, so that a few rounds are
 * too short to measure.
 */
const LEAST_SHARE = 0.25;

export interface ContenderOptions {
  /** For floppy disks and BIOS images. */
  readonly folder: string;
  /** Factor on the rounds of all works. */
  readonly scale: number;
  /** Milliseconds for one work. */
  readonly timeout: number;
}

/** One engine, and what it has done. */
export class FloppyContender {
  readonly result: EngineResult;
  readonly #engine: Engine;
  readonly #options: ContenderOptions;
  readonly #times = new Map<string, number[]>();
  readonly #missing = new Map<string, Missing>();
  #losses = 0;

  /** Gets the engine ready; a contender for which that fails says why, and does nothing. */
  static async create(engine: Engine, options: ContenderOptions, progress: Progress): Promise<FloppyContender> {
    const { name, about } = engine;
    try {
      if (!engine.floppyCommand) throw new Error('it boots no floppy disks');
      const version = await engine.prepare(options.folder, progress);
      return new FloppyContender(engine, options, { name, about, version });
    } catch (error) {
      return new FloppyContender(engine, options, { name, about, unavailable: messageOf(error) });
    }
  }

  private constructor(engine: Engine, options: ContenderOptions, result: EngineResult) {
    this.#engine = engine;
    this.#options = options;
    this.result = result;
  }

  /** Does works once, in one machine if it is not lost. */
  async run(works: readonly SixteenBitWork[], began: (work: SixteenBitWork) => void): Promise<void> {
    const factor = this.#options.scale * Math.max(this.#engine.share, LEAST_SHARE);
    const wanted = works.filter(({ name }) => !this.#missing.has(name));
    let tasks = this.result.unavailable === undefined ? makeTasks(wanted, factor) : [];
    while (tasks.length > 0) {
      try {
        tasks = await this.#runInMachine(tasks, began);
      } catch (error) {
        if (!(error instanceof ConsoleError)) throw error;
        for (const { work } of tasks) this.#fail(work, `it did not start: ${error.message}`);
        return;
      }
    }
  }

  /** The tasks that are left when the machine is lost. */
  async #runInMachine(tasks: readonly Task[], began: (work: SixteenBitWork) => void): Promise<Task[]> {
    const { folder, timeout } = this.#options;
    const floppy = join(folder, `${this.#engine.name}.img`);
    await writeFile(floppy, makeFloppy(tasks));
    const left = [...tasks];
    began(left[0]!.work);
    const command = this.#engine.floppyCommand!({ floppy, memoryMegabytes }, folder);
    for await (const outcome of runTasks(command, tasks, timeout)) {
      const { work, rounds } = left.shift()!;
      if ('failure' in outcome) this.#fail(work, outcome.failure);
      else this.#add(work, (outcome.milliseconds * work.rounds) / rounds);
      if (left[0]) began(left[0].work);
    }
    if (left.length > 0 && ++this.#losses === MOST_LOSSES) {
      for (const { work } of left.splice(0)) this.#fail(work, `it was lost ${MOST_LOSSES} times`);
    }
    return left;
  }

  /** The result of a work. The least time is the one that other programs of the host have disturbed least. */
  cell({ name: work }: SixteenBitWork): Cell {
    const { name: engine } = this.#engine;
    const missing = this.#missing.get(work);
    const runs = this.#times.get(work);
    if (missing || !runs) {
      const reason = this.result.unavailable ?? 'it was not run';
      return { engine, work, runs: [], missing: missing ?? { kind: 'skipped', reason } };
    }
    return { engine, work, runs, milliseconds: Math.min(...runs) };
  }

  #add({ name }: SixteenBitWork, milliseconds: number): void {
    this.#times.set(name, [...(this.#times.get(name) ?? []), milliseconds]);
  }

  #fail({ name }: SixteenBitWork, reason: string): void {
    this.#missing.set(name, { kind: 'failed', reason });
  }
}
