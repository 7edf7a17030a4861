/** The library: make a PC, boot it, talk to its serial ports. */
import type { ListenAddress } from './listen-address.ts';
import { Machine as HostedMachine } from './machine.ts';
import type { MigrationChannel } from './migration/channel.ts';
import type { Monitor } from './monitor/monitor.ts';
import { type NodeCore, nodeHost } from './node/host.ts';
import { type GdbSettings, type MonitorSettings, nodeGdb, nodeMonitor, nodeQmp, serveQmp } from './node/monitor.ts';
import type { SessionServer } from './node/session-server.ts';
import { VncServer, type VncSettings } from './node/vnc/server.ts';
import type { MachineOptions } from './options.ts';
import type { Qmp } from './qmp/qmp.ts';

const core: NodeCore = {
  load: async () => (await import('../runtime/machine/machine.ts')).createMachine,
  thread: async () => (await import('./node/machine-thread.mjs')).url,
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
  restore: async (snapshot: Uint8Array, changes: Partial<MachineOptions> = {}): Promise<Machine> =>
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

export type { UndeliveredException } from '../runtime/cpu/interrupts.ts';
export type {
  CodeSnapshot,
  DropInfo,
  ExitCounts,
  ExitKind,
  TranslationDetail,
  TranslationInfo,
  TranslationStats,
} from '../runtime/debug/questions.ts';
export { type CpuRegisters, formatRegisters, type SegmentRegister } from '../runtime/debug/registers.ts';
export { describeShutdown, type Shutdown } from '../runtime/debug/shutdown.ts';
export type { Watchpoint } from '../runtime/debug/watchpoints.ts';
export type { DebugStop, WatchKind } from '../runtime/exec/stops.ts';
export { type LogItem, logItems } from '../runtime/machine/log-items.ts';
export {
  type CardModel,
  cardModels,
  type SoundCardModel,
  soundCardModels,
  type UsbInput,
  usbInputs,
} from '../runtime/machine/models.ts';
export { type TraceEvent, traceEvents } from '../runtime/machine/trace/events.ts';
export type { Checks } from '../translator/opt/pipeline.ts';
export type { Balloon } from './balloon.ts';
export type { BootOrder } from './boot-order.ts';
export type { HostPort, NetworkCard } from './cards/card.ts';
export type { CardOptions } from './cards/options.ts';
export type { CharacterDeviceInfo, CharacterDevices } from './character-devices.ts';
export { Drive } from './drives/drive.ts';
export type { DriveSnapshots } from './drives/image-snapshots.ts';
export type { DriveOptions, MediumOptions } from './drives/options.ts';
export type { DriveLimits } from './drives/throttle/limits.ts';
export { ConfigurationError } from './errors.ts';
export type { Listener } from './events.ts';
export { ExpectError, type ExpectOptions, type Output } from './expect.ts';
export type { MachineHistory, RecordedRun, StopPlaces } from './history.ts';
export type { Keyboard, KeyboardEvents, Leds } from './input/keyboard.ts';
export { keyboardLayouts, layoutTitle } from './input/layout.ts';
export type { KeyboardLayout } from './input/layout-tables.ts';
export type { Mouse, MouseButton, PointerPlace } from './input/mouse.ts';
export type { CpuProfile, ProfileNode, ThreadProfile } from './isolate/probe.ts';
export type { Exit, GuestHalt, Reset } from './isolate/protocol.ts';
export type { LimitName } from './isolate/run-limits.ts';
export type { MachineLimits } from './limits.ts';
export type { ListenAddress } from './listen-address.ts';
export type { EngineName, Metrics } from './machine-core.ts';
export type { DebugConsole, MachineEvents, MachineState, Probe } from './machine-types.ts';
export { memorySize } from './memory-size.ts';
export type { Arrived } from './migration/arrival.ts';
export { ChannelError, type MigrationChannel } from './migration/channel.ts';
export type { MachineMigration, MigrationEvents, MigrationStatus, OpenChannel } from './migration/index.ts';
export type { MigrationParameters } from './migration/parameters.ts';
export type { MigrationStatistics } from './migration/statistics.ts';
export type { Monitor } from './monitor/monitor.ts';
export type { NetworkBackend } from './network/backend.ts';
export type { AddressTarget, CommandTarget, PathTarget, StreamTarget } from './network/host.ts';
export { NetworkHub } from './network/hub.ts';
export type {
  ChannelNetworkOptions,
  GuestForward,
  HostForward,
  HubNetworkOptions,
  NetworkBackendOptions,
  SocketNetworkOptions,
  UserNetworkOptions,
  WebSocketNetworkOptions,
  WispNetworkOptions,
} from './network/options.ts';
export { type DebianLinux, debianLinux, type KernelFlavour } from './node/assets/debian.ts';
export type { Progress } from './node/assets/progress.ts';
export type { ArchiveEntry, DeviceEntry, DirectoryEntry, FileEntry, SymlinkEntry } from './node/cpio.ts';
export { type AwaitedChannel, awaitChannel, openChannel } from './node/migration/open.ts';
export type { GdbSettings, MonitorSettings } from './node/monitor.ts';
export { announceMachine, type MachineTitle } from './node/running/announce.ts';
export type { RunningMachine } from './node/running/entry.ts';
export { runningMachines } from './node/running/list.ts';
export type { SessionServer } from './node/session-server.ts';
export type { VncServer, VncSettings } from './node/vnc/server.ts';
export type {
  BiosBoot,
  Boot,
  DemoBoot,
  EngineSettings,
  Image,
  KernelBoot,
  MachineOptions,
} from './options.ts';
export type { JsonObject } from './qmp/command.ts';
export { QmpError, type QmpErrorClass } from './qmp/error.ts';
export type { EventListener } from './qmp/events.ts';
export type { Qmp } from './qmp/qmp.ts';
export type { IcountOptions } from './recording/options.ts';
export { RingBuffer } from './ring-buffer.ts';
export type { Screen } from './screen/index.ts';
export type { ScreenImage } from './screen/renderer.ts';
export type { SerialEvents, SerialPort } from './serial.ts';
export { type SecurityModelName, type ShareOptions, securityModels } from './shares/options.ts';
export type { MachineSnapshots, SnapshotEvents } from './snapshot/machine-snapshots.ts';
export type { SnapshotSettings } from './snapshot/state.ts';
export type { SoundOptions } from './sound/options.ts';
export type { Sound, SoundEvents } from './sound/sound.ts';
export type { ImageFormat } from './storage/open.ts';
export type { ImageSnapshot } from './storage/qcow2/snapshots.ts';
export type { DropEvent, TranslateEvent, TranslationEvents, Translations } from './translations.ts';
export type { VirtioPortOptions } from './virtio-ports.ts';
export type { VncControl, VncInfo } from './vnc/control.ts';
export type { VncEvents, VncSharing } from './vnc/display.ts';
export type { VncConnectionInfo, VncEndpoint } from './vnc/endpoint.ts';
