import { gunzipSync } from 'node:zlib';
import { Machine, type MachineOptions } from '../../src/index.ts';
import { cachedAssets } from '../../src/node/assets/cache.ts';
import { addressOf } from '../../src/node/inspector/address.ts';
import { InspectorServer } from '../../src/node/inspector/server.ts';
import { debianLinux } from '../../src/node/linux/debian.ts';

/** Generous, for busy hosts: in milliseconds, as all limits here. */
const BOOT_TIMEOUT = 600_000;
/** The symbols are 100,000 lines that the guest's shell tools sort out, pack and write to a serial line. */
const SYMBOLS_TIMEOUT = 1_800_000;
/** The shell's prompt, after which it asks for the cursor's place. */
const PROMPT = new RegExp(`~ # (?:${String.fromCharCode(27)}\\[6n)?$`);

/** A booted Linux that inspectors can attach to, and its shell. */
export class InspectedLinux implements AsyncDisposable {
  readonly machine: Machine;
  /** The kernel's. */
  readonly release: string;
  readonly #server: InspectorServer;

  private constructor(machine: Machine, server: InspectorServer, release: string) {
    this.machine = machine;
    this.release = release;
    this.#server = server;
  }

  /** Boots Debian's kernel. `socket`: where inspectors attach. */
  static async boot(socket: string, engine: MachineOptions['engine'] = 'translator'): Promise<InspectedLinux> {
    const linux = await debianLinux();
    const boot = {
      kernel: linux.kernel,
      initrd: linux.initrd(),
      append: 'console=ttyS0 quiet nokaslr cryptomgr.notests',
    };
    const machine = await Machine.create({ memory: 128, engine, boot });
    const server = await InspectorServer.listen(machine, addressOf(socket));
    const guest = new InspectedLinux(machine, server, linux.release);
    await machine.start();
    await machine.serial.expect(PROMPT, { timeout: BOOT_TIMEOUT });
    await guest.run('dmesg -n 1');
    return guest;
  }

  /** Runs a command to its end; what it printed. */
  async run(command: string, timeout = BOOT_TIMEOUT): Promise<string> {
    this.machine.serial.write(`${command}; echo "=""END"\n`);
    const [, output] = await this.machine.serial.expect(/^[^\n]*\n([\s\S]*?)=END\r\n/, { timeout });
    await this.machine.serial.expect(PROMPT, { timeout });
    return output.replaceAll('\r\n', '\n');
  }

  /** Starts a command that goes on until `stop`. */
  start(command: string): void {
    this.machine.serial.write(`${command}\n`);
  }

  /** Ends what was started, by Ctrl-C. */
  async stop(): Promise<void> {
    this.machine.serial.write('\x03');
    await this.machine.serial.expect(PROMPT, { timeout: BOOT_TIMEOUT });
  }

  /** Text of /proc/kallsyms: the kernel's own functions, which are where they always are. Got once, and kept. */
  async symbols(): Promise<string> {
    const { kallsyms } = await cachedAssets(`kallsyms-${this.release}`, async () => {
      return { kallsyms: await this.#readSymbols() };
    });
    return new TextDecoder().decode(kallsyms);
  }

  /** It goes over the serial line packed. */
  async #readSymbols(): Promise<Uint8Array> {
    await this.run('grep -i " t " /proc/kallsyms | gzip -c > /tmp/kallsyms', SYMBOLS_TIMEOUT);
    const packed = await this.run('uuencode -m - < /tmp/kallsyms | sed 1d', SYMBOLS_TIMEOUT);
    return gunzipSync(Buffer.from(packed.replace(/=+\s*$/, ''), 'base64'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await this.machine.stop();
  }
}
