/**
 * The library's exports on every host, beside those that make machines and open connections there (index.ts, browser/index.ts).
 */

export type { UndeliveredException } from '../runtime/cpu/observer.ts';
export type { Topology } from '../runtime/cpu/topology.ts';
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
export type { ProcessorReport } from '../runtime/devices/cpu-hot-plug/index.ts';
export type { DebugStop, WatchKind } from '../runtime/exec/stops.ts';
export type {
  BiosInformation,
  BoardInformation,
  ChassisInformation,
  MemoryInformation,
  ProcessorInformation,
  SystemInformation,
} from '../runtime/firmware/smbios/information.ts';
export type { OptionalCards } from '../runtime/machine/catalogue/cards.ts';
export type { PciDiskModel } from '../runtime/machine/catalogue/disks.ts';
export { type DisplayModel, displayModels } from '../runtime/machine/catalogue/displays.ts';
export { type CardModel, cardModels, type PciCardModel } from '../runtime/machine/catalogue/network.ts';
export { type PluggablePciModel, pluggablePciModels } from '../runtime/machine/catalogue/pluggable.ts';
export { type ScsiControllerModel, scsiControllerModels } from '../runtime/machine/catalogue/scsi.ts';
export { type SoundCardModel, soundCardModels } from '../runtime/machine/catalogue/sound.ts';
export {
  type UsbControllerModel,
  type UsbInput,
  usbControllerModels,
  usbInputs,
} from '../runtime/machine/catalogue/usb.ts';
export { type AddressRange, type LogItem, logItems } from '../runtime/machine/log-items.ts';
export type { ScsiControllerConfig } from '../runtime/machine/scsi-plan.ts';
export { type TraceEvent, traceEvents } from '../runtime/machine/trace/events.ts';
export type { UsbControllerConfig } from '../runtime/machine/usb-plan.ts';
export type { Checks } from '../translator/opt/pipeline.ts';
export type { HostPort, NetworkCard } from './cards/card.ts';
export type { CardOptions } from './cards/options.ts';
export { Drive } from './drives/drive.ts';
export type { DriveSnapshots } from './drives/image-snapshots.ts';
export type { TrayMove } from './drives/index.ts';
export type { DriveOptions, MediumOptions } from './drives/options.ts';
export type { DriveStatistics, RequestStatistics } from './drives/statistics.ts';
export type { DriveLimits } from './drives/throttle/limits.ts';
export type { PciDevices } from './hot-plug/pci-devices.ts';
export type {
  PciCardOptions,
  PciDeviceOptions,
  PciDiskOptions,
  PciRngOptions,
  PluggedPci,
} from './hot-plug/pci-options.ts';
export type {
  PluggedProcessorInfo,
  ProcessorPlace,
  ProcessorPlaces,
  ProcessorPlugOptions,
} from './hot-plug/processor-places.ts';
export type { PluggedUsb, UsbBusInfo, UsbDiskOptions, UsbPorts } from './hot-plug/usb-ports.ts';
export type { Keyboard, KeyboardEvents, Leds } from './input/keyboard.ts';
export { keyboardLayouts, layoutTitle } from './input/layout.ts';
export type { KeyboardLayout } from './input/layout-tables.ts';
export type { Mouse, MouseButton, Pointer, PointerName, PointerPlace } from './input/mouse.ts';
export type { CpuProfile, ProfileNode, ThreadProfile } from './isolate/probe.ts';
export type { Exit, GuestHalt, Reset } from './isolate/protocol.ts';
export type { LimitName } from './isolate/run-limits.ts';
export type { SerialEvents, SerialPort } from './isolate/serial.ts';
export type { Balloon, BalloonStatistics } from './machine/balloon.ts';
export type { CharacterDeviceInfo, CharacterDevices } from './machine/character-devices.ts';
export type { MachineHistory, RecordedRun, StopPlaces } from './machine/history.ts';
export type { DropEvent, TranslateEvent, TranslationEvents, Translations } from './machine/translations.ts';
export type { DebugConsole, MachineEvents, MachineState, PauseReason, Probe } from './machine/types.ts';
export type { EngineName, Metrics } from './machine-core.ts';
export type {
  MemoryDumpEnd,
  MemoryDumpEvents,
  MemoryDumpProgress,
  MemoryDumpSettings,
  MemoryDumps,
} from './memory-dump/memory-dumps.ts';
export type { Arrived } from './migration/arrival.ts';
export { ChannelError, type MigrationChannel } from './migration/channel.ts';
export type { MachineMigration, MigrationEvents, MigrationStatus, OpenChannel } from './migration/index.ts';
export type { MigrationParameters } from './migration/parameters.ts';
export type { MigrationStatistics } from './migration/statistics.ts';
export type { ChosenProcessor } from './monitor/command.ts';
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
export type { BalloonOptions } from './options/balloon.ts';
export type { BootOrder } from './options/boot-order.ts';
export type { EngineSettings } from './options/engine-options.ts';
export { checkLimits, type MachineLimits } from './options/limits.ts';
export type { ListenAddress } from './options/listen-address.ts';
export type { MemoryContentOptions } from './options/memory-contents.ts';
export { memorySize } from './options/memory-size.ts';
export type {
  BiosBoot,
  Boot,
  DemoBoot,
  FlashBoot,
  KernelBoot,
  KernelModule,
  MachineOptions,
} from './options/options.ts';
export type { PresentProcessor, ProcessorOptions, ProcessorPlacesOptions } from './options/processors.ts';
export type { IcountOptions } from './options/recording.ts';
export type { SmbiosOptions } from './options/smbios.ts';
export type { UsbInputOptions } from './options/usb.ts';
export type { VirtioPortOptions } from './options/virtio-ports.ts';
export type { XenOptions } from './options/xen.ts';
export type { JsonObject } from './qmp/command.ts';
export type { EventListener } from './qmp/events.ts';
export type { Qmp } from './qmp/qmp.ts';
export type { Screen, ScreenText } from './screen/index.ts';
export type { ScreenImage } from './screen/renderer.ts';
export type { ShareContent, ShareFile, ShareFileSettings } from './shares/contents.ts';
export type { SharedFiles, ShareEntry } from './shares/files.ts';
export { type SecurityModelName, type ShareOptions, securityModels } from './shares/options.ts';
export type { ServerFolder } from './shares/server/server-folder.ts';
export { ShareError, type ShareErrorCode } from './shares/share-error.ts';
export type { SnapshotBytes } from './snapshot/machine.ts';
export type { MachineSnapshots, SnapshotEvents } from './snapshot/machine-snapshots.ts';
export type { SnapshotSettings } from './snapshot/state.ts';
export type { SoundCapture } from './sound/capture.ts';
export type { SoundOptions } from './sound/options.ts';
export type { Sound, SoundEvents } from './sound/sound.ts';
export type { SampleFormat } from './sound/wav.ts';
export type { ImageFormat } from './storage/formats.ts';
export type { ImageSnapshot } from './storage/qcow2/snapshots.ts';
export { ConfigurationError } from './util/errors.ts';
export type { Listener } from './util/events.ts';
export { ExpectError, type ExpectOptions, type Output } from './util/expect.ts';
export type { Image } from './util/image.ts';
export { UnderWay } from './util/under-way.ts';
export type { VncControl, VncInfo } from './vnc/control.ts';
export type { VncEvents, VncSharing } from './vnc/display.ts';
export type { VncConnectionInfo, VncEndpoint } from './vnc/endpoint.ts';
