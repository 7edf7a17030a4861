import { type ChildProcess, spawn } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { program } from '../../src/support/command-line.ts';
import { writingGuest } from './guest.ts';
import { copyImages, imageFile, inspectImage, type Label, labels, makeImages } from './images.ts';
import { Ledger } from './ledger.ts';

/** Rounds after which images are made anew: those that are written for long get few new clusters. */
const ROUNDS_PER_IMAGE = 10;
/** One of so many rounds is killed at any moment of its start. */
const EARLY = 8;
/** Milliseconds: what a round writes at most, how long a start takes, and after how long a guest is taken to hang. */
const [WRITING, STARTING, HANG] = [8000, 2000, 300_000];
/** Moments of a round besides its end of which what a kill would leave is looked at, too. */
const STOPS = 3;
/** Milliseconds in which all arrives that a stopped process has sent. */
const ARRIVAL = 100;

/** What a kill left, or would have left, and what had been promised by then. */
interface Remains {
  readonly folder: string;
  readonly ledgers: ReadonlyMap<Label, Ledger>;
}

/** What a round did. */
export interface KillRound {
  /** When it was killed, in words. */
  readonly moment: string;
  /** Flushes that the guest told. */
  readonly flushes: number;
  /** Moments of which the images were looked at: that of the kill, and others before it. */
  readonly moments: number;
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
    const remains: Remains[] = [];
    const moment = this.#count % EARLY === 0 ? await this.#killEarly() : await this.#killWriter(remains);
    remains.push({ folder: this.#folder, ledgers: this.ledgers });
    let promises = 0;
    for (const left of remains) for (const label of labels) promises += await this.#check(left, label);
    for (const { folder } of remains) if (folder !== this.#folder) await rm(folder, { recursive: true });
    return { moment, flushes: this.#flushes() - before, moments: remains.length, promises };
  }

  /** Looks at an image; how many promises were kept. */
  async #check({ folder, ledgers }: Remains, label: Label): Promise<number> {
    const ledger = ledgers.get(label)!;
    const broken = ledger.broken(await inspectImage(folder, label));
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

  /** @param remains gets what is looked at besides */
  async #killWriter(remains: Remains[]): Promise<string> {
    const child = this.#start();
    const times = Array.from({ length: STOPS + 1 }, () => Math.random() * WRITING).sort((a, b) => a - b);
    try {
      await this.#mounted(child);
      for (const [n, time] of times.entries()) {
        await setTimeout(time - (times[n - 1] ?? 0));
        if (n < STOPS) remains.push(await this.#stopped(child, join(this.#folder, `stopped-${n}`)));
      }
    } finally {
      await kill(child);
    }
    return `${times[STOPS].toFixed()} ms after it began to mount`;
  }

  /** Has the process stand still at any place, as a kill would, and copies what it would leave. */
  async #stopped(child: ChildProcess, folder: string): Promise<Remains> {
    child.kill('SIGSTOP');
    await setTimeout(ARRIVAL);
    await copyImages(this.#folder, folder);
    const ledgers = new Map([...this.ledgers].map(([label, ledger]) => [label, ledger.copy()]));
    child.kill('SIGCONT');
    return { folder, ledgers };
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
