import { performance } from 'node:perf_hooks';
import type { DisplayModel } from '../../../../runtime/machine/models.ts';
import type { SavedComponents } from '../../../../runtime/snapshot/components.ts';
import type { Saved } from '../../../../runtime/snapshot/describe.ts';
import { Random } from '../../../support/random.ts';
import { StormyMachine } from '../../../support/stormy-machine.ts';
import { hostileValue, type Leaf, leavesOf, replaced } from './mutate.ts';

/** What may be changed in a state is all but memory, which is the guest's anyway. */
const UNCHANGED = ['memory'];
/** Nanoseconds of guest time that a machine goes on for. */
const TIME = 10_000_000;
/** Pieces that it is passed in, with an access to a port after each. */
const PARTS = 20;
/** Accesses with which a busy state is made. */
const ACCESSES = 3000;

/** A change of a state, for messages. */
export interface Change {
  readonly path: string;
  readonly value: string;
}

/** How a machine took a changed state. */
export interface Outcome {
  readonly changes: readonly Change[];
  readonly result: 'refused' | 'ran' | 'failed';
  /** The error's message, of a state that was refused; its stack, where the machine has failed. */
  readonly error?: string;
  /** Milliseconds that the guest time took. */
  readonly took: number;
}

/** A machine with every device, and states of it to change: one from its start, others from amid random accesses. */
export class HostileStates {
  readonly #machine: StormyMachine;
  readonly #states: readonly { readonly saved: SavedComponents; readonly kinds: readonly (readonly Leaf[])[] }[];
  readonly #random: Random;

  constructor(seed: number, vga: DisplayModel) {
    this.#random = new Random(seed);
    this.#machine = new StormyMachine(vga);
    const { core } = this.#machine;
    const saved = [core.save()];
    this.#machine.placeFunctions();
    for (let n = 0; n < 3; n++) {
      this.#touch(ACCESSES);
      saved.push(structuredClone(core.save()));
    }
    this.#states = saved.map((state) => ({ saved: state, kinds: kindsOf(leavesOf(state as Saved, [], UNCHANGED)) }));
  }

  /** Random accesses to the ports. */
  #touch(accesses: number): void {
    const { ports } = this.#machine.core.pc;
    const regions = ports.regions();
    for (let n = 0; n < accesses; n++) {
      const { first, count } = this.#random.pick(regions);
      const port = first + this.#random.below(Math.min(count, 256));
      const size = this.#random.pick([1, 2, 4] as const);
      if (this.#random.chance(30)) ports.read(port, size);
      else ports.write(port, size, this.#random.word() >>> this.#random.below(32));
    }
  }

  /** Changes a state at a leaf of the kind with this number, and at some others; `announce` hears of the changes before they are tried. */
  try(announce: (changes: readonly Change[]) => void, first: number): Outcome {
    const random = this.#random;
    const { saved, kinds } = random.pick(this.#states);
    const chosen = [random.pick(kinds[first % kinds.length]!)];
    while (random.chance(40)) chosen.push(random.pick(random.pick(kinds)));
    let state = saved as Saved;
    const changes: Change[] = [];
    for (const leaf of chosen) {
      const value = hostileValue(random, leaf);
      state = replaced(state, leaf.path, value);
      changes.push({ path: leaf.path.join('.'), value: shown(value) });
    }
    announce(changes);
    return { changes, ...this.#run(state as SavedComponents) };
  }

  /** All state but memory, at one moment. */
  #fingerprint(): string {
    this.#machine.tick = 0;
    const parts = this.#machine.core.components
      .filter(({ name }) => !UNCHANGED.includes(name))
      .map((component) =>
        JSON.stringify(component.save(), (_, value) => (value instanceof Uint8Array ? [...value] : value)),
      );
    this.#machine.tick = 100;
    return parts.join();
  }

  #run(state: SavedComponents): Omit<Outcome, 'changes'> {
    const { core } = this.#machine;
    const began = performance.now();
    const took = () => performance.now() - began;
    const before = this.#random.chance(1) ? this.#fingerprint() : undefined;
    try {
      core.load(state);
    } catch (error) {
      const changed = before !== undefined && this.#fingerprint() !== before;
      if (changed) return { result: 'failed', error: `refused, but changed: ${error}`, took: took() };
      return { result: 'refused', error: (error as Error).message, took: took() };
    }
    try {
      this.#machine.requests.length = 0;
      for (let n = 0; n < PARTS; n++) {
        this.#machine.pass(TIME / PARTS);
        this.#touch(1);
      }
      core.load(core.save());
      return { result: 'ran', took: took() };
    } catch (error) {
      return { result: 'failed', error: (error as Error).stack ?? `${error}`, took: took() };
    }
  }
}

function shown(value: Saved): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'number' ? `${value}` : JSON.stringify(value).slice(0, 40);
}

/** Leaves that are alike: those of all elements of a list are of one kind. */
function kindsOf(leaves: readonly Leaf[]): Leaf[][] {
  const name = ({ path }: Leaf): string => path.map((step) => (typeof step === 'number' ? '' : step)).join('.');
  return [...Map.groupBy(leaves, name).values()];
}
