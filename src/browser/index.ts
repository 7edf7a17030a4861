/** The library in a page: make a PC, boot it, show its screen. It has the names of the library for Node (src/index.ts). */

import type { Container as RunningContainer } from '../containers/container.ts';
import { Machine as HostedMachine } from '../machine/machine.ts';
import type { MigrationChannel } from '../migration/channel.ts';
import { Monitor } from '../monitor/monitor.ts';
import type { NetworkBackend } from '../network/backend.ts';
import type { NetworkBackendOptions } from '../network/options.ts';
import type { MachineOptions } from '../options/options.ts';
import type { SharedFiles } from '../shares/files.ts';
import type { ServerFolder } from '../shares/server/server-folder.ts';
import type { SnapshotBytes } from '../snapshot/machine.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Progress } from '../util/progress.ts';
import type { ContainerOptions } from './containers/index.ts';
import { browserHost } from './host.ts';

/** A PC. */
export interface Machine extends HostedMachine {}
/** Makes machines. */
export const Machine = {
  /**
   * Makes a machine; it starts with `start()`. Images are bytes, Blobs or addresses.
   * @throws ConfigurationError if an option is wrong, an image cannot be read or booted, or the page's content security policy
   * forbids what the machine needs
   */
  create: (options: MachineOptions): Promise<Machine> => HostedMachine.create(options, browserHost),
  /**
   * Makes a machine that goes on, when it is started, from where a snapshot was taken. While that is loaded the machine's thread starts.
   * @throws ConfigurationError if it is no snapshot, is damaged, or doesn't fit the changed options
   */
  restore: (
    snapshot: SnapshotBytes | Promise<SnapshotBytes>,
    changes: Partial<MachineOptions> = {},
  ): Promise<Machine> => HostedMachine.restore(snapshot, changes, browserHost),
  /**
   * Makes a machine that arrives by a channel from another process, where it goes on meanwhile. `start()` waits for it.
   * @param changes options that are to be others than those that it has there
   * @throws ConfigurationError if no machine comes, or it cannot be had here
   */
  receive: async (
    channel: MigrationChannel | Promise<MigrationChannel>,
    changes: Partial<MachineOptions> = {},
  ): Promise<Machine> => HostedMachine.receive(await channel, changes, browserHost),
};

/** A container: an image's command, in a machine of its own. */
export interface Container extends RunningContainer {}
/** Runs containers. */
export const Container = {
  /**
   * Runs an image's command, or another one in it.
   * @param progress hears what takes long: image and machine are loaded
   * @throws ConfigurationError if an option is wrong, or the image cannot be had or run
   */
  run: async (options: ContainerOptions, progress?: Progress): Promise<Container> =>
    (await import('./containers/index.ts')).runContainer(options, progress),
};

/**
 * Dials a process that waits for a machine, or has one to give (`-incoming ws:…` and `migrate ws:…` there): a page cannot be dialled.
 * @param url such as `ws://127.0.0.1:4444`
 * @param cancelled ends the attempt, and the connection
 * @throws ConfigurationError if nobody answers there
 */
export async function openChannel(url: string, cancelled?: AbortSignal): Promise<MigrationChannel> {
  const { WebSocketChannel } = await import('../migration/web-socket-channel.ts');
  return await WebSocketChannel.open(url, cancelled);
}

/**
 * Opens a network by itself: a program's end of it, whose frames it takes and gives as a card does.
 * @param log hears what goes wrong later
 * @throws ConfigurationError that names the option
 */
export async function openNetwork(
  options: NetworkBackendOptions,
  log: (message: string) => void = () => {},
): Promise<NetworkBackend> {
  return (await browserHost.openNetwork(options, log)).backend;
}

/**
 * The files of a web server's folder (`ShareOptions.server`) for a program alone: no guest shares them, and what is changed stays in memory.
 * @param log hears once of each file whose contents could not be had
 * @throws ConfigurationError
 */
export async function openServerFolder(
  server: ServerFolder,
  log: (message: string) => void = () => {},
): Promise<SharedFiles> {
  return await (await import('../shares/server-files.ts')).filesOfServer(server, browserHost, log);
}

/** Settings of a monitor that depend on the page around it. */
export interface MonitorSettings {
  /** The action of `quit`. Default: it ends the machine. */
  readonly quit?: () => void;
  /** The name that `info name` tells. */
  readonly name?: string;
  /** Gets what a command writes to a file. Default: the command fails, as a page has no files. */
  readonly writeFile?: (path: string, bytes: Uint8Array) => Promise<void>;
}

/** A human monitor for a machine, with QEMU's commands. */
export function openMonitor(machine: Machine, { quit, name, writeFile }: MonitorSettings = {}): Monitor {
  return new Monitor(machine, {
    version: '(in a page)',
    processId: 1,
    ...(name !== undefined && { name }),
    quit: quit ?? (() => void machine.stop()),
    openChannel,
    awaitChannel: async (uri) => ({ channel: openChannel(uri) }),
    writeFile: async (path, pieces) => {
      if (!writeFile) throw new Error(`failed to open file '${path}': a page has no files`);
      await writeFile(path, await joined(pieces));
    },
  });
}

/** @throws ConfigurationError: a page cannot use the host's apt client */
export const debianLinux = (): Promise<never> =>
  Promise.reject(new ConfigurationError("a page cannot use the host's apt client; give a kernel's bytes or address"));

export * from '../common.ts';
export type { ContainerOptions } from './containers/index.ts';
export { keepImage, keptImage, keptImages, removeImage } from './files.ts';
export { keepOverlay } from './overlays.ts';

async function joined(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array<ArrayBuffer>[] = [];
  for await (const piece of pieces) all.push(new Uint8Array(piece));
  return new Uint8Array(await new Blob(all).arrayBuffer());
}
