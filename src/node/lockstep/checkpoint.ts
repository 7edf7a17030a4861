import { loadComponents, type SavedComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import type { LockstepMachine } from './machine.ts';

/** What a machine was like at some time, to be put back into it or into another. */
export class Checkpoint {
  private readonly components: SavedComponents;
  private readonly output: string;

  constructor(machine: LockstepMachine) {
    this.components = saveComponents(machine.core.components);
    this.output = machine.output;
  }

  /** Translations and decoded code stay where memory has not changed. */
  restore(machine: LockstepMachine): void {
    loadComponents(machine.core.components, this.components);
    machine.output = this.output;
    machine.ended = undefined;
    machine.restart();
  }
}
