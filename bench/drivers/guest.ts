import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { debianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../../test/support/linux-modules.ts';
import { Console } from '../console.ts';
import { startServers } from '../network.ts';
import { card, drivers, type MeasuredDevice } from './devices.ts';

/** Megabytes: of the guest's memory, of its disk, and of what is moved by each run. */
export const sizes = { memory: 256, disk: 64, moved: 64 } as const;

/** Milliseconds. */
const [BOOT_TIMEOUT, RUN_TIMEOUT] = [600_000, 120_000];
const PROMPT = /~ # /;

/** The files that all machines start with. */
export interface GuestFiles {
  readonly kernel: string;
  readonly initrd: string;
  readonly folder: string;
}

/** Writes Debian's kernel that has drivers for Xen, and a root file system with all drivers, into a folder. */
export async function makeGuest(folder: string): Promise<GuestFiles> {
  const linux = await debianLinux(undefined, '686-pae');
  const { ports } = await startServers();
  const entries = [
    ...(await linuxModules(linux.modules, ...drivers)),
    { type: 'file' as const, path: 'bench/ports', data: ports },
    {
      type: 'file' as const,
      path: 'bench/network',
      data: await readFile(new URL('../guest/network.sh', import.meta.url)),
    },
  ];
  const files = { kernel: join(folder, 'kernel'), initrd: join(folder, 'initrd'), folder };
  await mkdir(folder, { recursive: true });
  await writeFile(files.kernel, linux.kernel);
  await writeFile(files.initrd, linux.initrd(entries));
  return files;
}

/** A program that runs machines, by flags that are QEMU's. */
export interface Program {
  readonly name: 'rawiron' | 'qemu';
  readonly command: string;
  readonly args: readonly string[];
}

/** A Linux at its shell that has the device and its driver. */
export class Guest implements Disposable {
  readonly #console: Console;
  readonly #device: MeasuredDevice;

  private constructor(console: Console, device: MeasuredDevice) {
    this.#console = console;
    this.#device = device;
  }

  static async boot(program: Program, device: MeasuredDevice, files: GuestFiles): Promise<Guest> {
    const image = join(files.folder, 'disk.img');
    await writeFile(image, new Uint8Array(sizes.disk << 20).fill(0x5a));
    const console = new Console({
      command: program.command,
      args: [
        ...[...program.args, '-m', String(sizes.memory), '-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
        ...['-kernel', files.kernel, '-initrd', files.initrd, '-append', 'console=ttyS0 cryptomgr.notests'],
        ...(device.kind === 'disk' ? ['-nic', 'none'] : []),
        ...device.flags(image),
      ],
    });
    const guest = new Guest(console, device);
    await console.expect(PROMPT, BOOT_TIMEOUT);
    await guest.#run('stty -echo; dmesg -n 1; export BENCH=/bench SCRATCH=/tmp');
    const path = device.kind === 'disk' ? `/dev/${device.block}` : '/sys/class/net/eth0';
    await guest.#run(`while ! [ -e ${path} ]; do sleep 0.1; done`);
    return guest;
  }

  /** Moves the megabytes to the guest and from it: how many of them a second, each way. */
  async measure(): Promise<readonly [toGuest: number, fromGuest: number]> {
    const { kind, block } = this.#device;
    if (kind === 'network') return [await this.#network('down'), await this.#network('up')];
    const dd = `bs=1M count=${sizes.moved}`;
    await this.#run('echo 3 > /proc/sys/vm/drop_caches');
    const read = await this.#timed(`echo @start; dd if=/dev/${block} of=/dev/null ${dd} && echo @result`);
    const write = await this.#timed(`echo @start; dd if=/dev/zero of=/dev/${block} ${dd} conv=fsync && echo @result`);
    return [read, write];
  }

  #network(direction: 'up' | 'down'): Promise<number> {
    return this.#timed(`sh /bench/network ${card.mac} ${card.net} ${direction} ${sizes.moved}`);
  }

  /** Megabytes a second of a command that marks when it begins and ends. By the host's clock: guests' may stand. */
  async #timed(command: string): Promise<number> {
    this.#console.send(`${command}\n`);
    const start = await this.#console.expect(/@start\r?\n/, RUN_TIMEOUT);
    const end = await this.#console.expect(/@result( checksum=00000000 .*)?\r?\n/, RUN_TIMEOUT);
    await this.#console.expect(PROMPT, RUN_TIMEOUT);
    return (1000 * sizes.moved) / (end.at - start.at);
  }

  async #run(command: string): Promise<void> {
    this.#console.send(`${command}; echo "@""done $?"\n`);
    const { match } = await this.#console.expect(/@done (\d+)\r?\n/, RUN_TIMEOUT);
    if (match[1] !== '0') throw new Error(`${command}: status ${match[1]}`);
    await this.#console.expect(PROMPT, RUN_TIMEOUT);
  }

  [Symbol.dispose](): void {
    this.#console.close();
  }
}
