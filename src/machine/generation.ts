import type { ToMachine } from '../../runtime/host/messages.ts';
import { ports } from '../../runtime/host/ports.ts';
import { GENERATION_BYTES } from '../../runtime/machine/generation.ts';
import type { MachineOptions } from '../options/options.ts';

/** The generation of a machine: one that goes on from a copy of its state is another one than those that did so before. */
export class MachineGeneration {
  readonly #isRepeated: boolean;
  #send: (message: ToMachine) => void = () => {};

  constructor({ icount }: Pick<MachineOptions, 'icount'>) {
    this.#isRepeated = icount !== undefined;
  }

  connect({ send }: { send(message: ToMachine): void }): void {
    this.#send = send;
  }

  /** The machine has got a state from which others may go on too: its random numbers are to be its own. With instruction time they are alike. */
  begin(): void {
    if (this.#isRepeated) return;
    const value = crypto.getRandomValues(new Uint8Array(GENERATION_BYTES));
    this.#send({ type: 'input', port: ports.generation.name, value });
  }
}
