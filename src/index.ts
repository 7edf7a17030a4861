/** The library: make a PC, boot it, talk to its serial ports. */

import type { Duplex } from 'node:stream';
import type { Appliance } from './appliance/index.ts';
import type { Container as RunningContainer } from './containers/container.ts';
import { Machine as HostedMachine } from './machine/machine.ts';
import type { MigrationChannel } from './migration/channel.ts';
import type { Monitor } from './monitor/monitor.ts';
import type { NetworkBackend } from './network/backend.ts';
import type { NetworkBackendOptions } from './network/options.ts';
import type { StoredImage } from './node/containers/image-store.ts';
import type { ContainerImage, ImageRequest } from './node/containers/images.ts';
import type { ContainerOptions } from './node/containers/index.ts';
import type { PackedFolder, PackOptions } from './node/files/pack-folder.ts';
import { type NodeCore, nodeHost } from './node/host.ts';
import {
  type GdbSettings,
  type MonitorSettings,
  nodeGdb,
  nodeMonitor,
  nodeQmp,
  serveQmp,
} from './node/sockets/monitor.ts';
import type { SessionServer } from './node/sockets/session-server.ts';
import { serveViewer, type ViewerSettings, VncServer, type VncSettings } from './node/vnc/server.ts';
import type { ListenAddress } from './options/listen-address.ts';
import type { MachineOptions } from './options/options.ts';
import type { Qmp } from './qmp/qmp.ts';
import type { SharedFiles } from './shares/files.ts';
import type { ServerFolder } from './shares/server/server-folder.ts';
import type { SnapshotBytes } from './snapshot/machine.ts';
import { checkNames, checkString } from './util/checks.ts';
import type { Progress } from './util/progress.ts';

const core: NodeCore = {
  load: async () => (await import('../runtime/machine/create.ts')).createMachine,
  thread: async () => (await import('./node/threads/machine-thread.mjs')).url,
};

/** A PC. */
export interface Machine extends HostedMachine {}
/** Makes machines. */
export const Machine = {
  /**
   * Makes a machine; it starts with `start()`.
   * @throws ConfigurationError if an option is wrong, a file cannot be read or an image cannot be booted
   */
  create: async (options: MachineOptions): Promise<Machine> => HostedMachine.create(options, await nodeHost(core)),
  /**
   * Makes a machine that goes on, when it is started, from where a snapshot was taken.
   * @throws ConfigurationError if it is no snapshot, is damaged, or doesn't fit the changed options
   */
  restore: async (snapshot: SnapshotBytes, changes: Partial<MachineOptions> = {}): Promise<Machine> =>
    HostedMachine.restore(snapshot, changes, await nodeHost(core)),
  /**
   * Makes a machine that arrives by a channel from another process, where it goes on meanwhile; `start()` waits until it is here.
   * @throws ConfigurationError if no machine comes, or it doesn't fit the changed options
   */
  receive: async (
    channel: MigrationChannel | Promise<MigrationChannel>,
    changes: Partial<MachineOptions> = {},
  ): Promise<Machine> => HostedMachine.receive(await channel, changes, await nodeHost(core)),
};

/** A container: an image's command, in a machine of its own. */
export interface Container extends RunningContainer {}
/** Runs containers, and keeps their images. */
export const Container = {
  /**
   * Runs an image's command, or another one in it.
   * @param progress hears what takes long: an image is had, the kernel boots the first time
   * @throws ConfigurationError if an option is wrong, or the image cannot be had or run
   */
  run: async (options: ContainerOptions, progress?: Progress): Promise<Container> =>
    (await import('./node/containers/index.ts')).runContainer(options, await nodeHost(core), progress),
  /**
   * Makes a file of a machine that waits for a container (`ContainerOptions.machine`): for pages, and for hosts without an apt client. This boots
   * a kernel.
   * @param options its memory: megabytes, or a text such as "512M"; default: 256
   * @throws ConfigurationError if the kernel cannot be had, or the file cannot be written
   */
  saveMachine: async (
    file: string,
    options: { readonly memory?: number | string } = {},
    progress?: Progress,
  ): Promise<void> =>
    (await import('./node/containers/index.ts')).saveMachine(file, options.memory, await nodeHost(core), progress),
  /**
   * Puts an image into the cache; one of a registry is asked for also where it is there.
   * @throws ConfigurationError if it cannot be had, is damaged or hostile
   */
  pull: async (request: Omit<ImageRequest, 'pull'>, progress?: Progress): Promise<StoredImage> =>
    (await import('./node/containers/images.ts')).pullImage(request, progress),
  /** The images of the cache, by name. */
  images: async (): Promise<ContainerImage[]> => (await import('./node/containers/images.ts')).listImages(),
  /**
   * The configuration of an image in the cache, by its name, path or ID, as it was made.
   * @throws ConfigurationError if it is not there
   */
  inspect: async (image: string): Promise<object> => (await import('./node/containers/images.ts')).inspectImage(image),
  /**
   * Removes an image from the cache, and the layers that no other one has.
   * @throws ConfigurationError if it is not there
   */
  remove: async (image: string): Promise<void> => (await import('./node/containers/images.ts')).removeImage(image),
};

/**
 * Opens a network by itself: a program's end of it, whose frames it takes and gives as a card does.
 * @param log hears what goes wrong later
 * @throws ConfigurationError that names the option, the file, or the port that cannot be had
 */
export async function openNetwork(
  options: NetworkBackendOptions,
  log: (message: string) => void = () => {},
): Promise<NetworkBackend> {
  return (await (await nodeHost(core)).openNetwork(options, log)).backend;
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
  return await (await import('./shares/server-files.ts')).filesOfServer(server, await nodeHost(core), log);
}

/** A human monitor for a machine, with QEMU's commands. It writes files where a command names one. */
export function openMonitor(machine: Machine, settings: MonitorSettings = {}): Monitor {
  return nodeMonitor(machine, settings);
}

/** A machine's end of QMP, for programs that have QEMU's commands: `execute` does what one says, `listen` tells of events. */
export function openQmp(machine: Machine, settings: MonitorSettings = {}): Qmp {
  return nodeQmp(machine, settings);
}

/**
 * Lets programs control a machine by QMP, one at a time. Whoever can connect can do what the monitor can.
 * @throws ConfigurationError if it cannot listen there
 */
export function listenForQmp(
  machine: Machine,
  address: ListenAddress,
  settings: MonitorSettings = {},
): Promise<SessionServer> {
  return serveQmp(machine, address, settings);
}

/**
 * Lets gdb attach to a machine, one at a time: `target remote` with this address. The machine stands still when it comes. Where gdb
 * could attach to it before, it no longer can.
 * Whoever can connect can do with the machine what he likes, and the monitor's commands write files.
 * @throws ConfigurationError if it cannot listen there
 */
export function listenForGdb(
  machine: Machine,
  address: ListenAddress,
  settings: GdbSettings = {},
): Promise<SessionServer> {
  return nodeGdb(machine, address, settings);
}

/**
 * Lets VNC viewers see a machine's screen, and use its keyboard and mouse. Whoever can connect can, unless `password` is set; nothing is
 * encrypted.
 * @throws ConfigurationError if the machine has no display adapter, or it cannot listen there
 */
export function listenForVnc(machine: Machine, address: ListenAddress, settings: VncSettings = {}): Promise<VncServer> {
  return VncServer.listen(machine, address, settings);
}

/**
 * Serves one VNC viewer over a connection that the program has made, such as a WebSocket, until one of the two ends it.
 * @throws ConfigurationError if the machine has no display adapter
 */
export function serveVncViewer(machine: Machine, connection: Duplex, settings: ViewerSettings = {}): void {
  serveViewer(machine, connection, settings);
}

/**
 * Opens an appliance: an archive (.ova) with a machine's disks and what it is made of, or its descriptor (.ovf) with the disks beside it.
 * @throws ConfigurationError if it cannot be read, or describes what there is not
 */
export async function openAppliance(path: string): Promise<Appliance> {
  checkString('the appliance', path);
  return await (await import('./node/appliance/index.ts')).openAppliance(path);
}

/**
 * Makes of a folder what a web server needs so that guests can share it (`ShareOptions.server`): in another folder `index.json`, and
 * `contents` with what files hold, by their hashes. What is there already is kept, or replaced.
 * @throws ConfigurationError that names the file which cannot be read or written
 */
export async function packFolder(folder: string, target: string, options: PackOptions = {}): Promise<PackedFolder> {
  checkString('the folder', folder);
  checkString('the target', target);
  checkNames('options', options, ['compress']);
  return await (await import('./node/files/pack-folder.ts')).packFolder(folder, target, options);
}

export type { Appliance } from './appliance/index.ts';
export type { ApplianceOptions } from './appliance/machine.ts';
export * from './common.ts';
export type { ImageConfig } from './containers/manifest.ts';
export type {
  ContainerSettings,
  ProcessOptions,
  PublishedPort,
  TerminalSize,
  VolumeOptions,
} from './containers/plan.ts';
export type { ContainerProcess } from './containers/process.ts';
export type { MachineSettings } from './containers/running.ts';
export type { KernelFlavour } from './node/assets/debian-client.ts';
export type { StoredImage } from './node/containers/image-store.ts';
export type { ContainerImage, ImageRequest, PullPolicy } from './node/containers/images.ts';
export type { ContainerOptions } from './node/containers/index.ts';
export type { PackedFolder, PackOptions } from './node/files/pack-folder.ts';
export type { ArchiveEntry, DeviceEntry, DirectoryEntry, FileEntry, SymlinkEntry } from './node/linux/cpio.ts';
export { type DebianLinux, debianLinux } from './node/linux/debian.ts';
export type { LinuxModule, ModuleTree } from './node/linux/modules.ts';
export { type AwaitedChannel, awaitChannel, openChannel } from './node/migration/open.ts';
export { NetworkWire, type WireSettings } from './node/network/wire.ts';
export { announceMachine, type MachineTitle } from './node/running/announce.ts';
export type { RunningMachine } from './node/running/entry.ts';
export { runningMachines } from './node/running/list.ts';
export type { GdbSettings, MonitorSettings } from './node/sockets/monitor.ts';
export type { SessionServer } from './node/sockets/session-server.ts';
export type { ViewerSettings, VncServer, VncSettings } from './node/vnc/server.ts';
export { QmpError, type QmpErrorClass } from './qmp/error.ts';
export type { Progress } from './util/progress.ts';
export { RingBuffer } from './util/ring-buffer.ts';
