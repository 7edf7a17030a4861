import type { MachineConfig } from '../../../runtime/machine/config.ts';
import { check } from '../../../src/isolate/check.ts';
import type { DebianLinux } from '../../../src/node/linux/debian.ts';
import { LockstepMachine } from '../../../src/node/lockstep/machine.ts';

/** The kernel's own tests of its cryptography take as many instructions as all the rest of the boot. */
const commandLine = 'console=ttyS0 cryptomgr.notests';

/** A shell's prompt at the end of the output; busybox asks for the cursor's place after it. */
const ESCAPE = String.fromCharCode(27);
const prompt = new RegExp(`[#$] (?:${ESCAPE}\\[6n)?$`);

/** A Linux machine whose time is made of instructions and which is given commands as its shell asks for them. */
export class LinuxMachine extends LockstepMachine {
  readonly #commands: string[];

  constructor(linux: DebianLinux, config: Partial<MachineConfig> & Pick<MachineConfig, 'engine'>, commands: string[]) {
    super({ boot: { kernel: linux.kernel, initrd: linux.initrd(), append: commandLine }, ...config }, check);
    this.#commands = [...commands];
  }

  /** Types the next command if the shell waits for one; false if there is none left. */
  type(): boolean {
    if (!prompt.test(this.output)) return true;
    const command = this.#commands.shift();
    if (command === undefined) return false;
    this.output = '';
    this.core.arrive({ type: 'input', port: 'com1', value: Buffer.from(`${command}\n`) });
    return true;
  }
}
