import { loadComponents, type SavedComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import type { LockstepMachine } from './machine.ts';

/** The state of a machine at some time, to be restored in this machine or in another. */
export class Checkpoint {
  readonly #components: SavedComponents;
  readonly #output: string;

  constructor(machine: LockstepMachine) {
    this.#components = saveComponents(machine.core.components);
    this.#output = machine.output;
  }

  /** Translations and decoded code stay where memory has not changed. */
  restore(machine: LockstepMachine): void {
    loadComponents(machine.core.components, this.#components);
    machine.output = this.#output;
    machine.ended = undefined;
    machine.restart();
  }
}
