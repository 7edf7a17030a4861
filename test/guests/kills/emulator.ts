import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { program } from '../../src/support/command-line.ts';

/** Milliseconds in which all arrives that a stopped process has sent. */
const ARRIVAL = 100;
/** Milliseconds after which a guest that has not come to its disks is taken to hang. */
const HANG = 300_000;

/** A process of the command line with a writing guest. */
export class Emulator {
  readonly #child: ChildProcess;
  readonly #said: string[] = [];
  readonly #closed: Promise<void>;
  /** Resolves when the guest begins to mount its disks; rejects if something fails before. */
  readonly mounting: Promise<void>;
  #reject: (error: Error) => void = () => {};
  #failure: Error | undefined;
  #isKilled = false;

  /** @param take gets what the guest says, line by line */
  constructor(flags: readonly string[], take: (line: string) => void) {
    this.#child = spawn(process.execPath, [program, ...flags], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.mounting = new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#eachLine((line) => {
        take(line);
        if (line.startsWith('mounting ')) resolve();
      });
    });
    // Who waits for it is told; who doesn't is told by kill().
    this.mounting.catch(() => {});
    AbortSignal.timeout(HANG).addEventListener('abort', () => this.#fail('the guest hangs'));
    this.#closed = new Promise((resolve) => this.#child.on('close', () => resolve()));
    void this.#closed.then(() => this.#isKilled || this.#fail('the emulator ended'));
  }

  /** Has it stand still at any place, as a kill would, while `act` runs. */
  async whileStopped(act: () => Promise<void>): Promise<void> {
    this.#child.kill('SIGSTOP');
    await setTimeout(ARRIVAL);
    await act();
    this.#child.kill('SIGCONT');
  }

  /**
   * Kills it; resolves when all that it has sent was taken.
   * @throws Error if it had ended by itself, or its guest had failed
   */
  async kill(): Promise<void> {
    const failure = this.#failure;
    this.#isKilled = true;
    this.#child.kill('SIGKILL');
    await this.#closed;
    if (failure) throw failure;
  }

  #eachLine(take: (line: string) => void): void {
    for (const stream of [this.#child.stdout!, this.#child.stderr!]) {
      createInterface(stream).on('line', (line) => {
        this.#said.push(line);
        take(line.trim());
        if (line.startsWith('failed')) this.#fail('the guest failed');
      });
    }
  }

  #fail(why: string): void {
    if (this.#isKilled) return;
    this.#failure ??= new Error(`${why}:\n${this.#said.slice(-20).join('\n')}`);
    this.#reject(this.#failure);
  }
}
