import type { Saved } from '../../../runtime/snapshot/describe.ts';
import { Word } from '../../../translator/abi/state.ts';
import { componentsOf } from './compare.ts';
import type { LockstepMachine } from './machine.ts';

const PAGE = 4096;

/** What a machine was like at some time, to be put back into it or into another. */
export class Checkpoint {
  private readonly state: Uint8Array;
  private readonly memory: Buffer;
  private readonly components: Saved[];
  private readonly clock: Saved;
  private readonly output: string;

  constructor(machine: LockstepMachine) {
    const { core } = machine;
    this.state = new Uint8Array(core.state.buffer).slice();
    this.memory = Buffer.from(Buffer.from(core.mmu.ram.buffer as ArrayBuffer));
    this.components = componentsOf(machine).map((component) => component.save());
    this.clock = core.clock.component.save();
    this.output = machine.output;
  }

  /** Translations and decoded code stay where memory has not changed. */
  restore(machine: LockstepMachine): void {
    const { core } = machine;
    this.restoreMemory(machine);
    const budget = core.state[Word.budget]!;
    new Uint8Array(core.state.buffer).set(this.state);
    core.state[Word.budget] = budget;
    componentsOf(machine).forEach((component, n) => {
      component.load(this.components[n]!);
    });
    core.clock.component.load(this.clock);
    core.cpu.updateKey();
    core.mmu.flushAll();
    machine.output = this.output;
    machine.ended = undefined;
    machine.restart();
  }

  private restoreMemory({ core }: LockstepMachine): void {
    const now = Buffer.from(core.mmu.ram.buffer as ArrayBuffer);
    for (let page = 0; page < this.memory.length; page += PAGE) {
      if (now.compare(this.memory, page, page + PAGE, page, page + PAGE) === 0) continue;
      this.memory.copy(now, page, page, page + PAGE);
      core.mmu.ram.frames.stored(page, PAGE, 'device');
    }
  }
}
