import { Machine, type MachineOptions } from '../../src/index.ts';
import type { KernelFlavour } from '../../src/node/assets/debian-client.ts';
import { type DebianLinux, debianLinux } from '../../src/node/linux/debian.ts';

/** Generous: nothing is asserted of it. */
const BOOT_TIMEOUT = 900_000;
const COMMAND_TIMEOUT = 600_000;
const PROMPT = /~ # /;

export type Engine = NonNullable<MachineOptions['engine']>;

/** The system to boot, or why there is none here. */
export async function findLinux(flavour: KernelFlavour = '686'): Promise<DebianLinux | string> {
  try {
    return await debianLinux(undefined, flavour);
  } catch (error) {
    // Where tests must be complete this is a failure.
    if (process.env.CI) throw error;
    return (error as Error).message;
  }
}

/** A machine with Linux at its shell. */
export class LinuxShell implements AsyncDisposable {
  readonly machine: Machine;

  private constructor(machine: Machine) {
    this.machine = machine;
  }

  /** `options`: of the kernel's command line; `machine`: what else the machine is to be like. */
  static async boot(
    linux: DebianLinux,
    engine: Engine,
    options = '',
    machine: Partial<MachineOptions> = {},
  ): Promise<LinuxShell> {
    const images = { kernel: linux.kernel, initrd: linux.initrd(), append: `console=ttyS0 ${options}` };
    const boot = { ...images, ...machine.boot };
    const shell = new LinuxShell(await Machine.create({ memory: '128M', ...machine, engine, boot }));
    await shell.machine.start();
    await shell.prompt();
    return shell;
  }

  /** The shell of a machine that goes on from where another one was at a prompt. */
  static of(machine: Machine): LinuxShell {
    return new LinuxShell(machine);
  }

  /** The shell that root gets at the login on COM1 of a system that a machine boots. */
  static async login(machine: Machine): Promise<LinuxShell> {
    const shell = new LinuxShell(machine);
    await machine.serial.expect(/ login: /, { timeout: BOOT_TIMEOUT });
    machine.serial.write('root\n');
    await shell.prompt();
    return shell;
  }

  /** Waits for the prompt that a boot ends with, and has the kernel say nothing more between the shell's output. */
  async prompt(): Promise<void> {
    await this.machine.serial.expect(PROMPT, { timeout: BOOT_TIMEOUT });
    // The kernel may still say something in the middle of what the shell says, until this has been done.
    this.type('dmesg -n 1; echo "@""quiet"');
    await this.machine.serial.expect(/@quiet\r\n[\s\S]*?~ # /, { timeout: COMMAND_TIMEOUT });
  }

  /** Runs a command line at a prompt, up to the next; its output, trimmed, with LF. Throws if its status is not 0. */
  async run(command: string): Promise<string> {
    // What is typed is echoed; the marks are in it only with quotes between.
    this.machine.serial.write(`echo "["; ${command}; echo "]""$?"\n`);
    const pattern = /\r\n\[\r\n([\s\S]*?)\]([0-9]+)\r\n~ # /;
    const [, output, status] = await this.machine.serial.expect(pattern, { timeout: COMMAND_TIMEOUT });
    if (status !== '0') throw new Error(`${command}: status ${status}: ${output}`);
    return output!.replaceAll('\r\n', '\n').trim();
  }

  /** Types a command after which there may be no shell any more. */
  type(command: string): void {
    this.machine.serial.write(`${command}\n`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.machine.stop();
  }
}
