import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Emulator } from './emulator.ts';
import { writingGuest } from './guest.ts';
import { copyImages, imageFile, inspectImage, type Label, labels, makeImages } from './images.ts';
import { Ledger } from './ledger.ts';

/** Rounds after which images are made anew: those that are written for long get few new clusters. */
const ROUNDS_PER_IMAGE = 10;
/** One of so many rounds is killed at any moment of its start. */
const EARLY = 8;
/** Milliseconds: what a round writes at most, and how long a start takes. */
const [WRITING, STARTING] = [8000, 2000];
/** Moments of a round besides its end of which what a kill would leave is looked at, too. */
const STOPS = 3;
/** The images that a kill left, or would have left, and the promises made by then. */
interface Remains {
  readonly folder: string;
  readonly ledgers: ReadonlyMap<Label, Ledger>;
}

/** The result of a round. */
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
    const boot = ['-m', '64', '-kernel', kernelFile, '-initrd', initrdFile, '-append', append];
    const display = ['-nographic', '-vga', 'none'];
    const drives = labels.map((label) => {
      const format = label === 'raw' ? 'raw' : 'qcow2';
      return ['-drive', `file=${imageFile(this.#folder, label)},format=${format}`];
    });
    this.#flags = [...boot, ...display, ...drives.flat()];
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
    const emulator = this.#start();
    const wait = Math.random() * STARTING;
    await setTimeout(wait);
    await emulator.kill();
    return `${wait.toFixed()} ms after its start`;
  }

  /** @param remains gets what is looked at besides */
  async #killWriter(remains: Remains[]): Promise<string> {
    const emulator = this.#start();
    const times = Array.from({ length: STOPS + 1 }, () => Math.random() * WRITING).sort((a, b) => a - b);
    try {
      await emulator.mounting;
      for (const [n, time] of times.entries()) {
        await setTimeout(time - (times[n - 1] ?? 0));
        if (n < STOPS) await emulator.whileStopped(async () => void remains.push(await this.#copy(n)));
      }
    } finally {
      await emulator.kill();
    }
    return `${times[STOPS].toFixed()} ms after it began to mount`;
  }

  async #copy(n: number): Promise<Remains> {
    const folder = join(this.#folder, `stopped-${n}`);
    await copyImages(this.#folder, folder);
    return { folder, ledgers: new Map([...this.ledgers].map(([label, ledger]) => [label, ledger.copy()])) };
  }

  #start(): Emulator {
    return new Emulator(this.#flags, (line) => {
      for (const ledger of this.ledgers.values()) ledger.take(line);
    });
  }
}
