import type { MachineConfig } from '../../../runtime/machine/config.ts';
import { createMachine, type MachineCore } from '../../../runtime/machine/machine.ts';
import type { DebianLinux } from '../../../src/node/assets/debian.ts';

/** The kernel's own tests of its cryptography take as many instructions as all the rest of the boot. */
const commandLine = 'console=ttyS0 cryptomgr.notests';

/** A shell's prompt at the end of the output; busybox asks for the cursor's place behind it. */
const ESCAPE = String.fromCharCode(27);
const prompt = new RegExp(`[#$] (?:${ESCAPE}\\[6n)?$`);

/** A Linux machine whose time is made of instructions and which is given commands as its shell asks for them. */
export class LinuxMachine {
  readonly core: MachineCore;
  readonly name: string;
  output = '';
  /** How it ended, once it has. */
  ended: string | undefined;
  private readonly commands: string[];
  /** Instructions run in steps. */
  private target = 0;

  constructor(linux: DebianLinux, config: Partial<MachineConfig> & Pick<MachineConfig, 'engine'>, commands: string[]) {
    this.name = config.engine;
    this.commands = [...commands];
    this.core = createMachine(
      {
        memoryBytes: 128 << 20,
        boot: { kernel: linux.kernel, initrd: linux.initrd(), append: commandLine },
        rebootAction: 'exit',
        startTimeOfDay: 0,
        icountShift: 5,
        icountSleep: false,
        ...config,
      },
      {
        // Time stands still: all there is comes from instructions.
        nanoseconds: () => 0,
        serialOutput: (_port, bytes) => {
          this.output += Buffer.from(bytes).toString('latin1');
        },
        debugOutput: () => {},
        log: () => {},
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

  /** Types the next command if the shell waits for one; false if there is none left. */
  type(): boolean {
    if (!prompt.test(this.output)) return true;
    const command = this.commands.shift();
    if (command === undefined) return false;
    this.output = '';
    this.core.serialInput(0, Buffer.from(`${command}\n`));
    return true;
  }

  /** Counts the steps from here on as if no instruction had run beyond those that have. */
  restart(): void {
    this.target = this.instructions;
  }
}
