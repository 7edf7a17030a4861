import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';

const MOST_SECONDS = 300;

/** Settings of a QEMU with Linux. */
export interface QemuOptions {
  readonly kernel: string;
  readonly initrd: string;
  /** QEMU's name of the card. */
  readonly card: string;
  /** Where our end of the wire waits. */
  readonly port: number;
}

/** Linux in QEMU, at its shell; the other end of its network card is ours. */
export class QemuGuest implements AsyncDisposable {
  readonly #process: ChildProcessWithoutNullStreams;
  #output = '';
  #changed: () => void = () => {};

  constructor({ kernel, initrd, card, port }: QemuOptions) {
    const nic = ['-netdev', `socket,id=n0,connect=127.0.0.1:${port}`, '-device', `${card},netdev=n0`];
    const boot = ['-kernel', kernel, '-initrd', initrd, '-append', 'console=ttyS0 quiet'];
    const rest = ['-m', '192', '-nodefaults', '-display', 'none', '-serial', 'stdio', '-no-reboot'];
    this.#process = spawn('qemu-system-i386', [...rest, ...nic, ...boot], { stdio: 'pipe' });
    this.#process.stdout.on('data', (bytes: Buffer) => {
      this.#output += bytes.toString('latin1');
      this.#changed();
    });
    this.#process.stderr.pipe(process.stderr);
  }

  async expect(pattern: RegExp, seconds = MOST_SECONDS): Promise<RegExpExecArray> {
    const deadline = performance.now() + seconds * 1000;
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) {
        this.#output = this.#output.slice(match.index + match[0].length);
        return match;
      }
      const wait = deadline - performance.now();
      if (wait <= 0) throw new Error(`no ${pattern} within ${seconds} s, but: ${this.#output.slice(-2000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, wait);
        this.#changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Runs a command; its output and its status. */
  async run(command: string, seconds?: number): Promise<{ output: string; status: number }> {
    this.#process.stdin.write(`echo "["; ${command}; echo "]""$?"\n`);
    const [, output, status] = await this.expect(/\r\n\[\r\n([\s\S]*?)\]([0-9]+)\r\n~ # /, seconds);
    return { output: output!.replaceAll('\r\n', '\n').trim(), status: Number(status) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}
