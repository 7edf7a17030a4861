import type { MachineConfig, MachineHost } from '../../../runtime/machine/config.ts';
import { createMachine } from '../../../runtime/machine/create.ts';
import type { MachineCore } from '../../../runtime/machine/machine.ts';

/** Options of two machines that are compared: their time advances with instructions, and they have no input from outside. */
const deterministic = {
  memoryBytes: 128 << 20,
  rebootAction: 'exit',
  startTimeOfDay: 0,
  icountShift: 5,
  icountSleep: false,
} as const;

/** Looks at the clock in one step: more than a running guest causes, so that one that sleeps for ever ends. */
const MOST_LOOKS = 100_000;

type Config = Partial<MachineConfig> & Pick<MachineConfig, 'engine' | 'boot'>;

/** A machine that is run instruction by instruction, to be compared with another. */
export class LockstepMachine {
  readonly core: MachineCore;
  readonly name: string;
  output = '';
  /** How it ended, once it has. */
  ended: string | undefined;
  /** Instructions run in steps. */
  #target = 0;
  /** Times the core has asked for the host's time in this step. */
  #looks = 0;

  /** `check`: for the debug mode. Throws BootError if the images cannot be booted. */
  constructor(config: Config, check?: MachineHost['check']) {
    this.name = config.engine;
    this.core = createMachine(
      { ...deterministic, ...config },
      {
        // The guest's time comes from instructions alone.
        nanoseconds: () => this.#looks++,
        send: (message) => {
          if (message.type === 'output') this.output += Buffer.from(message.bytes).toString('latin1');
        },
        log: () => {},
        ...(check && { check }),
      },
    );
  }

  get instructions(): number {
    return this.core.metrics().instructions;
  }

  /** Runs so many instructions; false if the machine has ended before. */
  step(instructions: number): boolean {
    this.#target += instructions;
    this.core.stopAt(this.#target);
    this.#looks = 0;
    const { reason } = this.core.run(MOST_LOOKS);
    const sleeps = reason === 'slice' && this.instructions < this.#target;
    if (reason !== 'slice' || sleeps) this.ended = sleeps ? 'sleeps' : reason;
    return this.ended === undefined;
  }

  /** Counts the steps from here on as if no instruction had run beyond those that have. */
  restart(): void {
    this.ended = undefined;
    this.#target = this.instructions;
  }
}
