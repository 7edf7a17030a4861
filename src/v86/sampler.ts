import type { Machine } from '../machine/machine.ts';

/** Milliseconds between two looks. */
export const LOOK_INTERVAL = 100;

/** Looks at something of the machine. */
export type Sample = (machine: Machine) => Promise<void>;

/**
 * Looks at what the machine tells only when it is asked: several times a second while it runs, from when somebody wants it. So what nobody wants
 * costs nothing.
 */
export class Sampler {
  readonly #samples = new Set<Sample>();
  #machine: Machine | undefined;
  #isLooking = false;

  /** The machine is there. */
  attach(machine: Machine): void {
    this.#machine = machine;
    machine.on('running', () => void this.#look());
    if (machine.state === 'running') void this.#look();
  }

  /** Somebody wants this from now on. */
  want(sample: Sample): void {
    if (this.#samples.has(sample)) return;
    this.#samples.add(sample);
    void this.#look();
  }

  async #look(): Promise<void> {
    const machine = this.#machine;
    if (this.#isLooking || machine === undefined || this.#samples.size === 0) return;
    this.#isLooking = true;
    do {
      // One that has ended tells nothing.
      await Promise.all([...this.#samples].map((sample) => sample(machine).catch(() => {})));
      await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL));
    } while (machine.state === 'running');
    this.#isLooking = false;
  }
}
