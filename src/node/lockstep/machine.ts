import type { MachineConfig, MachineHost } from '../../../runtime/machine/config.ts';
import { createMachine, type MachineCore } from '../../../runtime/machine/machine.ts';

/** What two machines that are compared have in common: time is made of instructions, and nothing comes from outside. */
const deterministic = {
  memoryBytes: 128 << 20,
  rebootAction: 'exit',
  startTimeOfDay: 0,
  icountShift: 5,
  icountSleep: false,
} as const;

type Config = Partial<MachineConfig> & Pick<MachineConfig, 'engine' | 'boot'>;

/** A machine that is run instruction by instruction, to be compared with another. */
export class LockstepMachine {
  readonly core: MachineCore;
  readonly name: string;
  output = '';
  /** How it ended, once it has. */
  ended: string | undefined;
  /** Instructions run in steps. */
  private target = 0;

  /** `checkText`: for the debug mode. Throws BootError if the images cannot be booted. */
  constructor(config: Config, checkText?: MachineHost['checkText']) {
    this.name = config.engine;
    this.core = createMachine(
      { ...deterministic, ...config },
      {
        // Time stands still: all there is comes from instructions.
        nanoseconds: () => 0,
        serialOutput: (_port, bytes) => {
          this.output += Buffer.from(bytes).toString('latin1');
        },
        debugOutput: () => {},
        log: () => {},
        ...(checkText && { checkText }),
      },
    );
  }

  get instructions(): number {
    return this.core.metrics().instructions;
  }

  /** Runs so many instructions; false if the machine has ended before. */
  step(instructions: number): boolean {
    this.target += instructions;
    this.core.stopAt(this.target);
    const { reason } = this.core.run(1);
    if (reason !== 'slice') this.ended = reason;
    return reason === 'slice';
  }

  /** Counts the steps from here on as if no instruction had run beyond those that have. */
  restart(): void {
    this.target = this.instructions;
  }
}
