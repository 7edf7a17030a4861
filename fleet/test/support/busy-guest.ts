import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Host } from '../../../src/host.ts';
import type { DebianLinux } from '../../../src/node/linux/debian.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { openMachine } from '../../../src/snapshot/machine.ts';
import { linuxModules } from '../../../test/support/linux-modules.ts';
import { LinuxShell } from '../../../test/support/linux-shell.ts';
import { putImage } from '../../src/images.ts';
import type { ObjectStore } from '../../src/store.ts';

/** Why there are no programs for file systems here; empty if there are. */
export const noFileSystems =
  spawnSync('mke2fs', ['-V']).status === 0 ? '' : ' (there is no mke2fs: npm run install-fleet)';

/** The port at which the guest counts for whoever connects. */
export const COUNT_PORT = 1000;

const drivers = ['virtio_pci', 'virtio_net', 'virtio_blk', 'ext4', 'crc32c_generic'];

/** Counts, a line each 20th of a second. */
const talk = `#!/bin/sh
n=0
while :; do n=$((n + 1)); echo $n; usleep 50000; done
`;

/** Writes files and their sums, and flushes them, as long as /tmp/go is there. */
const load = `#!/bin/sh
n=0
while [ -e /tmp/go ]; do
  n=$((n + 1))
  file=/mnt/file$((n % 6))
  dd if=/dev/urandom of=$file bs=64k count=$1 conv=fsync 2>/dev/null
  md5sum $file >$file.md5
  echo $n >/mnt/count
done
`;

/** What a guest with a disk is like. */
export interface BusySettings {
  /** Bytes of its disk. */
  readonly disk: number;
  /** How many times 64 KB a file has that it writes. */
  readonly parts: number;
  /** Bytes of noise that are in files of its disk before that. Default: 0. */
  readonly filled?: number;
  readonly memory?: string;
}

/** Stores an image of a guest that writes to a disk all the time, and counts for whoever connects. */
export async function putBusy(store: ObjectStore, linux: DebianLinux, settings: BusySettings): Promise<void> {
  const modules = await linuxModules(linux.modules, ...drivers);
  const scripts = Object.entries({ talk, load }).map(([name, data]) => {
    return { type: 'file', path: `bin/${name}`, mode: 0o755, data } as const;
  });
  const busy: DebianLinux = { ...linux, initrd: () => linux.initrd([...modules, ...scripts]) };
  await using shell = await LinuxShell.boot(busy, 'translator', 'quiet cryptomgr.notests', {
    memory: settings.memory ?? '64M',
    network: [{ card: 'virtio-net-pci', backend: { type: 'user', restrict: true } }],
    drives: [{ image: fileSystem(settings.disk, settings.filled ?? 0), format: 'raw', interface: 'virtio' }],
  });
  await shell.run('ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up && route add default gw 10.0.2.2');
  await shell.run('mount -t ext4 /dev/vda /mnt');
  await shell.run(`(nc -ll -p ${COUNT_PORT} -e /bin/talk </dev/null >/dev/null 2>&1 &)`);
  await shell.run(`touch /tmp/go; (load ${settings.parts} </dev/null >/dev/null 2>&1 &)`);
  await shell.machine.pause();
  await putImage(store, 'busy', await shell.machine.snapshot());
}

/** Ends the load, and compares all files with their sums. */
export const settleCommand =
  'rm /tmp/go; while pidof load >/dev/null; do usleep 100000; done; umount /mnt && mount -t ext4 /dev/vda /mnt && md5sum -c /mnt/*.md5 && umount /mnt && echo cle""an';

/** The bytes of a new file system, made by the host's program, with a folder of so much noise. */
function fileSystem(size: number, filled: number): Uint8Array {
  return inFile((file) => {
    writeFileSync(file, '');
    truncateSync(file, size);
    const tree = `${file}.tree`;
    mkdirSync(join(tree, 'noise'), { recursive: true });
    for (let at = 0; at < filled; at += NOISE) writeFileSync(join(tree, 'noise', `${at}`), randomBytes(NOISE));
    run('mke2fs', ['-t', 'ext4', '-F', '-q', '-d', tree, file]);
    return new Uint8Array(readFileSync(file));
  });
}

/** Bytes of a file of noise. */
const NOISE = 4 << 20;

/** What e2fsck says of the disk in a snapshot; it changes nothing. */
export async function checkedDisk(snapshot: Uint8Array): Promise<{ status: number | null; output: string }> {
  const { media } = await openMachine(snapshot, { decompressor: nodeStorage.decompressor } as Host);
  const { contents } = Object.values(media).find((medium) => medium.contents)!;
  return inFile((file) => {
    writeFileSync(file, contents!);
    const { status, stdout, stderr } = spawnSync('e2fsck', ['-f', '-n', file], { encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  });
}

function inFile<Result>(act: (file: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'fleet-disk-'));
  try {
    return act(join(folder, 'disk.img'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(program: string, words: readonly string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
}

/** A client that has heard the first numbers: a gateway has a machine's port some time after it runs. */
export async function countFrom(port: number): Promise<CountClient> {
  for (;;) {
    const client = new CountClient(port);
    await wait(1000);
    if (client.count > 0) return client;
    await client[Symbol.asyncDispose]();
  }
}

/** A client that hears the guest count, and what is wrong with that. */
export class CountClient implements AsyncDisposable {
  readonly faults: string[] = [];
  count = 0;
  /** The longest time without a number since it was set, in milliseconds. */
  longestSilence = 0;
  #heardAt = performance.now();
  readonly #socket: Socket;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('error', (error) => this.faults.push(error.message));
    this.#socket.on('close', () => this.faults.push('the connection has ended'));
    const lines = createInterface(this.#socket);
    // It is the socket's.
    lines.on('error', () => {});
    lines.on('line', (line) => {
      if (Number(line) !== this.count + 1) this.faults.push(`${line} after ${this.count}`);
      this.count = Number(line);
      this.longestSilence = Math.max(this.longestSilence, performance.now() - this.#heardAt);
      this.#heardAt = performance.now();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy();
  }
}
