import { isDeepStrictEqual } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { compareComponents, type SavedComponents } from '../../../../runtime/snapshot/components.ts';
import type { Saved } from '../../../../runtime/snapshot/describe.ts';
import { Random } from '../../../support/random.ts';
import { chips, StormyMachine, touch } from '../../../support/stormy-machine.ts';
import type { Finding, Progress, Work } from './hunt.ts';
import { mutate } from './mutations.ts';

/** Accesses of a guest before a state is saved, and after a changed one was loaded. */
const [BEFORE, AFTER] = [3000, 20];
/** Nanoseconds that pass then. */
const STEP = 10_000_000;
/** Nanoseconds from one look at the time to the next then. */
const TICK = 100;
/** One state in so many has memory compared, too, which takes as long as ten states. */
const MEMORY_EVERY = 100;
/** One state in so many that were taken is saved again after what followed, and must be loadable. */
const AGAIN_EVERY = 8;
const text = new TextEncoder();

/**
 * Loads changed states into one machine and lets time pass; each is told before it is tried, so that who waits knows which one hangs.
 * Devices alone are loaded, as a migration does it: memory takes any bytes.
 */
class Trial {
  readonly #machine: StormyMachine;
  readonly #places: readonly number[];
  readonly #saved: SavedComponents;
  #accesses: Random;

  constructor({ seed, first }: Work) {
    const random = new Random(seed + first);
    this.#accesses = random;
    this.#machine = new StormyMachine(random.chance(50) ? 'std' : 'cirrus');
    this.#places = [...chips, ...this.#machine.placeFunctions()];
    this.#poke(BEFORE);
    // From here on time stands still but where it is told to pass: a state that is refused changes nothing.
    this.#machine.tick = 0;
    this.#saved = structuredClone(this.#machine.core.transfer.devices());
    this.#machine.core.transfer.load(this.#saved);
  }

  /** The guest may have thrown a card out of its slot, and the saved state has one more. */
  get isSpent(): boolean {
    const names = new Set(this.#machine.core.components.map(({ name }) => name));
    return Object.keys(this.#saved).some((name) => !names.has(name));
  }

  #poke(accesses: number): void {
    const regions = this.#machine.core.pc.ports.regions();
    for (let n = 0; n < accesses; n++) touch(this.#accesses, this.#machine, regions, this.#places);
    this.#machine.requests.length = 0;
  }

  /** @returns whether the state was taken */
  run(number: number, seed: number, tell: (mutation: string) => void): boolean {
    const { transfer } = this.#machine.core;
    this.#accesses = new Random(Math.imul(seed, 0x9e3779b1) + number);
    const { state, text } = mutate(this.#saved, this.#accesses);
    tell(text);
    const memory = number % MEMORY_EVERY === 0 ? this.#memory() : undefined;
    try {
      transfer.load(state);
    } catch (error) {
      this.#checkRefusal(error as Error, memory);
      return false;
    }
    this.#goOn();
    if (number % AGAIN_EVERY === 0) transfer.load(transfer.devices());
    if (!this.isSpent) transfer.load(this.#saved);
    return true;
  }

  #memory(): Saved {
    return this.#machine.core.components.find(({ name }) => name === 'memory')!.save();
  }

  #goOn(): void {
    this.#machine.tick = TICK;
    this.#machine.pass(STEP);
    this.#poke(AFTER);
    this.#machine.pass(STEP);
    this.#machine.tick = 0;
  }

  /** An error in words, and the machine is as it was. */
  #checkRefusal(error: Error, memory: Saved | undefined): void {
    if (error.constructor !== Error) throw error;
    const { components, transfer } = this.#machine.core;
    if (memory !== undefined && !isDeepStrictEqual(this.#memory(), memory))
      throw new Error('refused, and memory changed');
    if (isDeepStrictEqual(transfer.devices(), this.#saved)) return;
    const devices = components.filter(({ name }) => name in this.#saved);
    throw new Error(`refused, and changed: ${JSON.stringify(compareComponents(devices, this.#saved)).slice(0, 300)}`);
  }

  dispose(): void {
    this.#machine.core.dispose();
  }
}

function run(work: Work): void {
  const number = new Int32Array(work.progress, 0, 2);
  const shown = new Uint8Array(work.progress, 8);
  let trial: Trial | undefined;
  let first = work.first;
  let taken = 0;
  for (let n = work.first; n < work.end; n++) {
    let mutation = '';
    const tell = (change: string) => {
      mutation = change;
      shown.fill(0);
      text.encodeInto(change, shown.subarray(0, -1));
      Atomics.store(number, 0, n);
    };
    try {
      if (trial === undefined) {
        first = n;
        Atomics.store(number, 1, first);
        trial = new Trial({ ...work, first });
      }
      taken += Number(trial.run(n, work.seed, tell));
      if (!trial.isSpent) continue;
      trial.dispose();
      trial = undefined;
    } catch (error) {
      report({ kind: 'finding', number: n, first, mutation, problem: (error as Error).stack ?? `${error}` });
      trial = undefined;
    }
  }
  trial?.dispose();
  report({ kind: 'done', taken });
}

function report(message: Finding | Progress): void {
  parentPort!.postMessage(message);
}

run(workerData as Work);
