import type { Disk } from '../storage/store.ts';
import { nothingStaged, type StagedMedium } from './staged-medium.ts';

/**
 * The medium that a drive of a machine will have after a state is loaded. It is prepared for the disk that is in the drive now,
 * so that disk has to stay.
 */
export class Staging {
  #staged: StagedMedium = nothingStaged;
  /** From `begin` to `end`. */
  #done: PromiseWithResolvers<void> | null = null;

  begin(): void {
    this.#done ??= Promise.withResolvers();
  }

  /** Lets go on who waits for `over`. */
  end(): void {
    this.#done?.resolve();
    this.#done = null;
  }

  /** Resolves when nothing is staged, or about to be. */
  async over(): Promise<void> {
    while (this.#done !== null) await this.#done.promise;
  }

  set medium(staged: StagedMedium) {
    this.#staged = staged;
  }

  /** Puts what is ready in the place of the disk, or that back. */
  exchange(disk: Disk): Promise<Disk> {
    return this.#staged.exchange(disk);
  }

  /** Forgets what is ready, or what it has taken the place of. */
  async drop(): Promise<void> {
    const staged = this.#staged;
    this.#staged = nothingStaged;
    this.end();
    await staged.drop();
  }
}
