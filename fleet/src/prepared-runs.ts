import type { PreparedRun } from './prepared.ts';
import type { Run } from './run.ts';

/** Runs whose machines a worker keeps, at most, besides those that have jobs here: tenants take turns. */
const MOST = 3;

/** A run, and how many of its jobs are being done here. */
interface Entry {
  readonly id: string;
  readonly prepared: Promise<PreparedRun>;
  jobs: number;
}

/** The runs whose jobs came last. The machine of each is restored once, as long as it is one of them. */
export class PreparedRuns {
  readonly #prepare: (run: Run) => Promise<PreparedRun>;
  /** By their numbers, the one whose job came last is last. */
  readonly #entries = new Map<string, Entry>();

  constructor(prepare: (run: Run) => Promise<PreparedRun>) {
    this.#prepare = prepare;
  }

  /** Does something with a run. After an error the next job has another machine: its process may have ended. */
  async use<Result>(run: Run, act: (prepared: PreparedRun) => Promise<Result>): Promise<Result> {
    const entry = this.#entries.get(run.id) ?? { id: run.id, prepared: this.#prepare(run), jobs: 0 };
    this.#entries.delete(run.id);
    this.#entries.set(run.id, entry);
    entry.jobs++;
    try {
      return await act(await entry.prepared);
    } catch (error) {
      this.#forget(entry);
      throw error;
    } finally {
      entry.jobs--;
      if (this.#entries.get(run.id) !== entry) void this.#end(entry);
      this.#trim();
    }
  }

  #forget(entry: Entry): void {
    if (this.#entries.get(entry.id) === entry) this.#entries.delete(entry.id);
  }

  #trim(): void {
    for (const entry of this.#entries.values()) {
      if (this.#entries.size <= MOST) return;
      this.#forget(entry);
      void this.#end(entry);
    }
  }

  /** Ends the machine of a run that has no job here. */
  async #end({ prepared, jobs }: Entry): Promise<void> {
    if (jobs > 0) return;
    await prepared.then(
      (prepared) => prepared.stop(),
      () => {},
    );
  }

  /** Ends the machines of all; no job is being done. */
  async stop(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.all(entries.map((entry) => this.#end(entry)));
  }
}
