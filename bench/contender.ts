import { join } from 'node:path';
import { messageOf } from '../src/util/errors.ts';
import type { Progress } from '../src/util/progress.ts';
import { ConsoleError } from './console.ts';
import { copyDisks } from './disks.ts';
import type { Command, Engine, Start } from './engines/engine.ts';
import { runsOf } from './parts.ts';
import { boot, type Program, steadyGroups, type Work } from './programs.ts';
import { type Cell, type EngineResult, type Missing, measuredCell, type TranslatedCode } from './results.ts';
import { measureBoot, ProgramError, type Sample, Session } from './session.ts';
import type { Workspace } from './workspace.ts';

export const memoryMegabytes = 256;
/** Milliseconds; interpreters take minutes. */
const BOOT_TIMEOUT = 600_000;
/** An engine that was lost so often is not started again. */
export const MOST_LOSSES = 3;

export interface ContenderOptions {
  readonly workspace: Workspace;
  /** Milliseconds for one run of a program. */
  readonly timeout: number;
  /** Factor on the size of programs. */
  readonly scale: number;
  /** Keeps what its consoles say. */
  readonly keep: boolean;
}

/** How an engine is started with this root file system: with the same kernel, command line and memory as the others. */
export function startCommand(
  engine: Engine,
  { files, folder }: Workspace,
  initrd: string,
  devices: Pick<Start, 'disks' | 'cards'> = {},
): Command {
  return engine.command({ kernel: files.kernel, initrd, append: 'console=ttyS0', memoryMegabytes, ...devices }, folder);
}

/** One engine in a run: its session, which is started anew when it was lost, and what has been measured. */
export class Contender {
  readonly engine: Engine;
  readonly #options: ContenderOptions;
  readonly #version: string | undefined;
  /** Why it can't be used. */
  #unavailable: string | undefined;
  /** It can be had here, but did not start. */
  #isBroken = false;
  #session: Session | undefined;
  #losses = 0;
  #residentBytes: number | undefined;
  #translated: TranslatedCode | undefined;
  #clock: string | undefined;
  readonly #samples = new Map<string, Sample[]>();
  readonly #missing = new Map<string, Missing>();

  /** Gets the engine ready; a contender for which that fails says why, and measures nothing. */
  static async create(engine: Engine, options: ContenderOptions, progress: Progress): Promise<Contender> {
    try {
      return new Contender(engine, options, await engine.prepare(options.workspace.folder, progress));
    } catch (error) {
      return new Contender(engine, options, undefined, messageOf(error));
    }
  }

  private constructor(engine: Engine, options: ContenderOptions, version?: string, unavailable?: string) {
    this.engine = engine;
    this.#options = options;
    this.#version = version;
    this.#unavailable = unavailable;
  }

  get result(): EngineResult {
    const { name, about } = this.engine;
    return {
      name,
      about,
      ...(this.#version !== undefined && { version: this.#version }),
      ...(this.#unavailable !== undefined && { unavailable: this.#unavailable }),
      ...(this.#clock !== undefined && { clock: this.#clock }),
      ...(this.#residentBytes !== undefined && { residentBytes: this.#residentBytes }),
      ...(this.#translated && { translated: this.#translated }),
    };
  }

  /** The result of a work, or of some of its runs. */
  cell(work: Work): Cell {
    const name = work.part?.of ?? work.name;
    const missing = this.#missing.get(name);
    const samples = this.#samples.get(name) ?? [];
    if (missing || runsOf(work, samples).length === 0) {
      const kind = this.#isBroken ? 'failed' : 'skipped';
      const reason = missing ?? { kind, reason: this.#unavailable ?? 'it was not run' };
      return { engine: this.engine.name, work: work.name, runs: [], missing: reason };
    }
    return measuredCell(this.engine.name, work, samples);
  }

  /** Does a work once, unless it is known that it can't be done. */
  async run(work: Work | Program): Promise<void> {
    if (this.#unavailable !== undefined || this.#missing.has(work.name)) return;
    try {
      const sample = 'command' in work ? await this.#runProgram(work) : await this.#boot();
      if (sample) this.#samples.set(work.name, [...(this.#samples.get(work.name) ?? []), sample]);
    } catch (error) {
      this.#noteFailure(work, error);
    }
  }

  /** Starts the session, if it can be. */
  async start(): Promise<void> {
    if (this.#unavailable !== undefined) return;
    try {
      await this.#startedSession();
    } catch (error) {
      if (!(error instanceof ConsoleError)) throw error;
      this.#unavailable = `it did not start: ${error.message}`;
      this.#isBroken = true;
    }
  }

  /** Runs programs that have been measured once more while the machine counts what its translations do, which takes longer. */
  async watch(programs: readonly Program[]): Promise<void> {
    const session = this.#session;
    if (!this.engine.translates || !session) return;
    const transfers: Record<string, number> = {};
    try {
      for (const program of programs.filter(({ name }) => this.#samples.has(name))) {
        transfers[program.name] = await session.transfers(program, this.#rounds(program));
      }
      const { stats } = await session.counters();
      this.#translated = { copies: stats.instructions / stats.differentInstructions, transfers };
    } catch (error) {
      if (!(error instanceof ConsoleError || error instanceof ProgramError)) throw error;
    }
  }

  /** Ends the session. */
  close(): void {
    this.#residentBytes = this.engine.runsElsewhere ? undefined : this.#session?.residentBytes();
    this.#session?.close();
    this.#session = undefined;
  }

  /** A machine of its own is booted. Once is enough for an engine that takes long. */
  async #boot(): Promise<Sample | undefined> {
    const { engine } = this;
    const { workspace } = this.#options;
    if (engine.kind !== 'machine') return this.#skip(boot, 'there is nothing to boot');
    if (engine.share < 1 && this.#samples.has(boot.name)) return undefined;
    const command = startCommand(engine, workspace, workspace.files.plainInitrd);
    return measureBoot(command, BOOT_TIMEOUT, this.#log());
  }

  async #runProgram(program: Program): Promise<Sample | undefined> {
    const { workspace } = this.#options;
    const lacking = workspace.missing.get(program.files);
    if (lacking !== undefined) return this.#skip(program, lacking);
    if (program.files === 'disks' && !this.engine.takesDisks) return this.#skip(program, 'it is given no disks');
    if (program.files === 'network' && !this.engine.takesCards) return this.#skip(program, 'it is given no network');
    const session = await this.#startedSession();
    const feature = program.needs.find((name) => !session.features.has(name));
    if (feature !== undefined) return this.#skip(program, `the CPU has no ${feature}`);
    return session.run(program, this.#rounds(program));
  }

  #rounds({ group, rounds }: Program): number {
    const { share } = this.engine;
    const part = steadyGroups.has(group) ? share : Math.max(share, 1);
    return Math.max(1, Math.round(rounds * part * this.#options.scale));
  }

  async #startedSession(): Promise<Session> {
    const { engine } = this;
    const { workspace, timeout } = this.#options;
    if (this.#session) return this.#session;
    const log = this.#log();
    const { files } = workspace;
    const disks = engine.takesDisks ? await copyDisks(files.disks ?? [], engine.name) : [];
    const cards = engine.takesCards ? (files.cards ?? []) : [];
    this.#session = await Session.start({
      engine,
      command: startCommand(engine, workspace, files.initrd, { disks, cards }),
      files,
      bootTimeout: BOOT_TIMEOUT,
      programTimeout: timeout,
      ...(log !== undefined && { log }),
    });
    this.#clock = this.#session.clock;
    return this.#session;
  }

  #skip(work: Work, reason: string): undefined {
    this.#missing.set(work.name, { kind: 'skipped', reason });
  }

  /** A lost session is started anew for the next program, but not for ever. */
  #noteFailure(work: Work, error: unknown): void {
    const isLost = error instanceof ConsoleError;
    if (!isLost && !(error instanceof ProgramError)) throw error;
    const { message } = error;
    this.#missing.set(work.name, { kind: 'failed', reason: message });
    if (!isLost) return;
    this.close();
    this.#losses++;
    if (this.#losses === MOST_LOSSES) this.#unavailable = `it was lost ${MOST_LOSSES} times: ${message}`;
  }

  #log(): string | undefined {
    const { keep, workspace } = this.#options;
    return keep ? join(workspace.folder, `${this.engine.name}.log`) : undefined;
  }
}
