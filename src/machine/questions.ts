import type { Call } from '../isolate/protocol.ts';
import type { Ask } from './translations.ts';
import type { AskedProcessor, Debug, Examine, Probe } from './types.ts';

/** Questions that inspectors, monitors and debuggers ask a machine's isolate. */
export class MachineQuestions implements AskedProcessor {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  /** Asks an inspector's question (runtime/debug/questions.ts). */
  readonly ask: Ask = (name, ...args) => this.#call('ask', name, args) as Promise<never>;

  /** Asks what a monitor asks (runtime/machine/examination.ts). */
  readonly examine: Examine = (name, ...args) => this.#call('examine', name, args) as Promise<never>;

  /** Has the machine do what a debugger asks (runtime/debug/debugger.ts). */
  readonly debug: Debug = (name, ...args) => this.#call('debug', name, args) as Promise<never>;

  /** Questions to the thread that the machine runs on. */
  readonly probe: Probe = {
    startProfile: (interval) => this.#call('startProfile', interval),
    stopProfile: (number) => this.#call('stopProfile', number),
    heap: () => this.#call('heap'),
  };

  /** Questions to one of its processors instead of the one that runs. */
  processor(number: number): AskedProcessor {
    return {
      examine: (name, ...args) => this.#call('examine', name, args, number) as Promise<never>,
      debug: (name, ...args) => this.#call('debug', name, args, number) as Promise<never>,
    };
  }
}
