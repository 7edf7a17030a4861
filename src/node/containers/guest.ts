import { createHash } from 'node:crypto';
import { access, constants, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  contain,
  functions,
  init,
  Port,
  portNames,
  READY,
  ROOT_TAG,
  VOLUMES,
  volumeTag,
} from '../../containers/agent.ts';
import { enterProgram, source } from '../../containers/enter.ts';
import type { Host } from '../../host.ts';
import { Machine } from '../../machine/machine.ts';
import type { MachineOptions } from '../../options/options.ts';
import { SnapshotError } from '../../snapshot/layout.ts';
import type { SnapshotSettings } from '../../snapshot/state.ts';
import { ConfigurationError } from '../../util/errors.ts';
import type { Progress } from '../../util/progress.ts';
import { isUnderWay, writeCached } from '../assets/cache.ts';
import { cacheDirectory } from '../files/cache-directory.mjs';
import { readShared } from '../files/read-file.ts';
import { writeWhole } from '../files/whole-file.ts';
import { busyboxEntries } from '../linux/busybox.ts';
import type { ArchiveEntry } from '../linux/cpio.ts';
import { type DebianLinux, debianLinux, debianRelease } from '../linux/debian.ts';
import { initramfs, joinInitrds } from '../linux/initramfs.ts';
import { moduleInitrd } from '../linux/module-initrd.ts';
import { systemMessage } from '../process/system-message.ts';
import { packageVersion } from '../version.ts';

/** Megabytes of a container's machine, unless it is said. */
export const MEMORY = 256;
/** The least, with which Debian's kernel has booted and left room for programs and some files. */
export const LEAST_MEMORY = 64;

const modules = ['virtio_pci', 'virtio_console', 'virtio_net', 'virtio-rng', '9pnet_virtio', '9p', 'overlay'];
/** Milliseconds that the kernel may take to boot; some fifty times what it takes on a quiet machine. */
const BOOT_TIME = 300_000;

const APPEND = 'console=ttyS0 quiet cryptomgr.notests mitigations=off nokaslr panic=-1';

/** Options of every container's machine. All are alike, so that one can be restored from the state that another saved. */
function guestOptions(linux: DebianLinux, initrd: Uint8Array, memory: number): MachineOptions {
  return {
    memory,
    boot: {
      kernel: linux.kernel,
      initrd,
      append: APPEND,
    },
    reboot: 'exit',
    rng: true,
    network: [{ card: 'virtio-net-pci' }],
    virtioPorts: [{ console: true }, ...portNames.map((name) => ({ name }))],
    shares: [ROOT_TAG, ...Array.from({ length: VOLUMES }, (_, n) => volumeTag(n))].map((tag) => ({ tag })),
  };
}

const script = (path: string, data: string): ArchiveEntry => ({ type: 'file', path, mode: 0o755, data });

/** Entries of the guest's first root other than programs. */
const fixedEntries: readonly ArchiveEntry[] = [
  ...['proc', 'sys', 'dev', 'tmp'].map((path): ArchiveEntry => ({ type: 'directory', path })),
  { type: 'character-device', path: 'dev/console', major: 5, minor: 1 },
  { type: 'character-device', path: 'dev/null', mode: 0o666, major: 1, minor: 3 },
  script('init', init),
  script('etc/functions', functions),
  script('etc/contain', contain),
];

async function guestInitrd({ modules: tree, busybox }: DebianLinux): Promise<Uint8Array> {
  const system = initramfs([
    ...fixedEntries,
    ...busyboxEntries(busybox),
    { type: 'file', path: 'bin/enter', mode: 0o755, data: enterProgram() },
  ]);
  return joinInitrds(system, await moduleInitrd(tree, modules));
}

/**
 * A machine that is booted and waits for its container: from the snapshot that is kept, or booted now, which makes one.
 * @param changes what is connected to its devices, and limits
 * @throws ConfigurationError
 */
export async function cachedGuest(
  memory: number,
  changes: Partial<MachineOptions>,
  host: Host,
  progress: Progress = () => {},
): Promise<Machine> {
  const file = keptFile(memory, await debianRelease(progress));
  const kept = await readShared(file).catch(() => undefined);
  if (kept !== undefined) {
    try {
      return await Machine.restore(kept, changes, host);
    } catch (error) {
      // A folder or a port that cannot be had is no fault of the snapshot.
      if (!(error instanceof SnapshotError)) throw error;
      await rm(file, { force: true });
    }
  }
  return await Machine.restore(await keepGuest(memory, file, host, progress), changes, host);
}

/** Form of the kept file, which is a part of its name: files of other forms are not found. */
const FORM = 'not compressed';

/** Where the snapshot is kept: another place for all that makes another machine. */
function keptFile(memory: number, release: string): string {
  const parts = [
    FORM,
    packageVersion(),
    release,
    APPEND,
    fixedEntries,
    source,
    modules,
    portNames,
    ROOT_TAG,
    VOLUMES,
    memory,
  ];
  const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
  return join(cacheDirectory(), 'containers', 'machines', `${memory}-${key}.snapshot`);
}

async function keepGuest(memory: number, file: string, host: Host, progress: Progress): Promise<Uint8Array> {
  // It is restored for each container: unpacking it takes longer than reading twice as much.
  const snapshot = await bootedGuest(memory, { compression: 'none' }, host, progress);
  // Without it, as on a full disk, this container runs all the same.
  await keep(file, snapshot).catch((error) =>
    progress(`The machine is not kept for the next run: ${systemMessage(error)}`),
  );
  return snapshot;
}

/** The snapshot of a machine that is booted now, and waits for its container. */
async function bootedGuest(
  memory: number,
  settings: SnapshotSettings,
  host: Host,
  progress: Progress,
): Promise<Uint8Array> {
  const linux = await debianLinux(progress);
  progress('Booting the kernel once');
  await using machine = await Machine.create(guestOptions(linux, await guestInitrd(linux), memory), host);
  await machine.start();
  const events = machine.virtioPorts[1 + portNames.indexOf(Port.events)]!;
  await events.expect(`${READY}\n`, { timeout: BOOT_TIME });
  await machine.pause();
  return await machine.snapshot(settings);
}

/**
 * Makes a file of a machine that waits for its container, for pages and for hosts without an apt client.
 * @param memory megabytes
 * @throws ConfigurationError
 */
export async function saveGuest(file: string, memory: number, host: Host, progress: Progress): Promise<void> {
  const refuse = (error: unknown): never => {
    throw new ConfigurationError(`cannot write ${file}: ${systemMessage(error)}`);
  };
  // The boot takes half a minute.
  await checkWritable(file).catch(refuse);
  const snapshot = await bootedGuest(memory, { compression: 'deflate' }, host, progress);
  await writeWhole(file, [snapshot]).catch(refuse);
}

/** Rejects with what the file system says, as far as it can be known before a file is written. */
async function checkWritable(file: string): Promise<void> {
  const old = await stat(file).catch(() => undefined);
  if (old?.isDirectory()) throw new Error('it is a folder');
  // A file is replaced by another one, or written in place.
  await access(dirname(file), constants.W_OK).catch(async (error: unknown) => {
    if (old === undefined) throw error;
    await access(file, constants.W_OK);
  });
}

/** Keeps a machine's snapshot, and removes what other versions, and processes that were killed, have left for the same size. */
export async function keep(file: string, snapshot: Uint8Array): Promise<void> {
  await writeCached(file, snapshot);
  const size = `${basename(file).split('-')[0]}-`;
  for (const name of await readdir(dirname(file)))
    if (name.startsWith(size) && name !== basename(file) && !isUnderWay(name))
      await rm(join(dirname(file), name), { force: true });
}
