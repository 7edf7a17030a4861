import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { program } from '../../src/support/command-line.ts';

const PROMPT = '(qemu) ';
/** Milliseconds between two looks at what has come. */
const INTERVAL = 20;
const TRIES = 1500;

/** A ROM of 64 KB whose program sets some registers up and halts, with a text at 10h. */
export function haltingRom(): Uint8Array {
  const bytes = new Uint8Array(0x10000);
  bytes.set(Buffer.from('text\0'), 0x10);
  // cli; fninit; xor edx, edx; mov eax, 49abcdef; mov sp, 1234; cmp al, ef; hlt
  bytes.set(
    [0xfa, 0xdb, 0xe3, 0x66, 0x31, 0xd2, 0x66, 0xb8, 0xef, 0xcd, 0xab, 0x49, 0xbc, 0x34, 0x12, 0x3c, 0xef, 0xf4],
    0x100,
  );
  // jmp 100
  bytes.set([0xe9, 0x0d, 0x01], 0xfff0);
  return bytes;
}

/** A program with a monitor on its standard input and output. */
class MonitorProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  #output = '';

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args);
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.#output += bytes.toString('latin1');
    });
  }

  /** Waits for the prompt; what has come before it. */
  async answer(): Promise<string> {
    for (let tries = 0; !this.#output.endsWith(PROMPT); tries++) {
      if (tries === TRIES) throw new Error(`there is no prompt after: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
    const text = this.#output.slice(0, -PROMPT.length);
    this.#output = '';
    return text;
  }

  /** The output for a line: its echo and the answer. */
  async ask(line: string): Promise<string> {
    this.#child.stdin.write(`${line}\n`);
    return (await this.answer()).replaceAll(/ +\r\n/g, '\r\n');
  }

  async quit(): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.stdin.write('quit\n');
    await exit;
  }
}

/** Everything that a monitor shows for these lines, once the guest has halted. */
async function shown(command: string, args: readonly string[], lines: readonly string[]): Promise<string[]> {
  const monitor = new MonitorProcess(command, args);
  await monitor.answer();
  while (!(await monitor.ask('info registers')).includes('HLT=1')) {}
  const answers: string[] = [];
  for (const line of lines) answers.push(await monitor.ask(line));
  await monitor.quit();
  return answers;
}

/** The output of a program for one line before its guest runs. */
async function shownAtStart(command: string, args: readonly string[], line: string): Promise<string> {
  const monitor = new MonitorProcess(command, args);
  await monitor.answer();
  const answer = await monitor.ask(line);
  await monitor.quit();
  return answer;
}

/** The outputs of QEMU and of the command line for a line with these flags before the guest runs. */
export function shownByBoth(flags: readonly string[], line: string): Promise<[theirs: string, ours: string]> {
  const all = ['-S', '-monitor', 'stdio', '-serial', 'none', ...flags];
  return Promise.all([
    // A QEMU with a window of its own ends where there is no display for it.
    shownAtStart('qemu-system-i386', ['-display', 'none', ...all], line),
    shownAtStart(process.execPath, [program, ...all], line),
  ]);
}

const flags = (rom: string) => ['-m', '16', '-bios', rom, '-display', 'none', '-monitor', 'stdio'];

/**
 * The output of QEMU. After a reset its CS is a code segment, where the manual has a data segment (Intel SDM vol. 3, table 9-1).
 */
export async function shownByQemu(
  rom: string,
  lines: readonly string[],
  more: readonly string[] = [],
): Promise<string[]> {
  const answers = await shown('qemu-system-i386', [...flags(rom), '-nodefaults', '-vga', 'std', ...more], lines);
  return answers.map((text) => text.replace(/^(CS =f000 ffff0000 0000ffff) 00009b00/m, '$1 00009300'));
}

/** The output of the command line. */
export function shownByOurs(rom: string, lines: readonly string[], more: readonly string[] = []): Promise<string[]> {
  return shown(process.execPath, [program, ...flags(rom), ...more], lines);
}
