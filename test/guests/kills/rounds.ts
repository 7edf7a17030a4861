import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { program } from '../../src/support/command-line.ts';
import { writingGuest } from './guest.ts';
import { imageFile, inspectImage, type Label, labels, makeImages } from './images.ts';
import { Ledger } from './ledger.ts';

/** Rounds after which images are made anew: those that are written for long get few new clusters. */
const ROUNDS_PER_IMAGE = 10;
/** One of so many rounds is killed at any moment of its start. */
const EARLY = 8;
/** Milliseconds: what a round writes at most, how long a start takes, and after how long a guest is taken to hang. */
const [WRITING, STARTING, HANG] = [5000, 2000, 300_000];

/** What a round did. */
export interface KillRound {
  /** When it was killed, in words. */
  readonly moment: string;
  /** Flushes that the guest told. */
  readonly flushes: number;
  /** Promises that were looked at. */
  readonly promises: number;
}

/** Kills the emulator again and again while its guest writes. The images of a round are those that the last one left. */
export class KillRounds {
  readonly ledgers = new Map<Label, Ledger>();
  readonly #folder: string;
  #flags: readonly string[] = [];
  #count = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Throws where the guest's packages cannot be had. */
  async prepare(): Promise<void> {
    const { kernel, initrd, append } = await writingGuest(labels);
    const [kernelFile, initrdFile] = ['kernel', 'initrd'].map((name) => join(this.#folder, name));
    await writeFile(kernelFile, kernel);
    await writeFile(initrdFile, initrd);
    const boot = ['-m', '64', '-kernel', kernelFile, '-initrd', initrdFile, '-append', append, '-nographic'];
    const drives = labels.map((label) => {
      const format = label === 'raw' ? 'raw' : 'qcow2';
      return ['-drive', `file=${imageFile(this.#folder, label)},format=${format}`];
    });
    this.#flags = [...boot, ...drives.flat()];
  }

  /**
   * A round: the guest writes, its emulator is killed, and all that the guest has promised is looked at.
   * @throws Error that says what got lost or is broken
   */
  async next(): Promise<KillRound> {
    if (this.#count++ % ROUNDS_PER_IMAGE === 0) await this.#renew();
    const before = this.#flushes();
    const moment = this.#count % EARLY === 0 ? await this.#killEarly() : await this.#killWriter();
    const promises = [];
    for (const label of labels) promises.push(await this.#check(label));
    return { moment, flushes: this.#flushes() - before, promises: promises.reduce((a, b) => a + b) };
  }

  /** Looks at an image; how many promises were kept. */
  async #check(label: Label): Promise<number> {
    const ledger = this.ledgers.get(label)!;
    const broken = ledger.broken(await inspectImage(this.#folder, label));
    if (broken.length > 0) throw new Error(`${label}: ${broken.join('; ')}`);
    return ledger.promises.size;
  }

  async #renew(): Promise<void> {
    await makeImages(this.#folder);
    for (const label of labels) this.ledgers.set(label, new Ledger(label));
  }

  #flushes(): number {
    return [...this.ledgers.values()].reduce((sum, { flushes }) => sum + flushes, 0);
  }

  async #killEarly(): Promise<string> {
    const child = this.#start();
    const wait = Math.random() * STARTING;
    await setTimeout(wait);
    await kill(child);
    return `${wait.toFixed()} ms after its start`;
  }

  async #killWriter(): Promise<string> {
    const child = this.#start();
    const wait = Math.random() * WRITING;
    try {
      await this.#mounted(child);
      await setTimeout(wait);
    } finally {
      await kill(child);
    }
    return `${wait.toFixed()} ms after it began to mount`;
  }

  #start(): ChildProcess {
    return spawn(process.execPath, [program, ...this.#flags], { stdio: ['pipe', 'pipe', 'pipe'] });
  }

  /** Writes down what the guest says, from now to its end; resolves when it begins to mount. */
  #mounted(child: ChildProcess): Promise<void> {
    const said: string[] = [];
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}:\n${said.slice(-20).join('\n')}`));
      const timer = AbortSignal.timeout(HANG);
      timer.addEventListener('abort', () => fail('the guest hangs'));
      const take = (line: string): void => {
        said.push(line);
        for (const ledger of this.ledgers.values()) ledger.take(line.trim());
        if (line.startsWith('mounting ')) resolve();
        if (line.startsWith('failed')) fail('the guest failed');
      };
      for (const stream of [child.stdout!, child.stderr!]) createInterface(stream).on('line', take);
      child.on('close', () => fail('the emulator ended'));
    });
  }
}

/** Resolves when all that it has sent was taken. */
function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on('close', () => resolve());
    child.kill('SIGKILL');
  });
}
