import type { UndeliveredException } from '../cpu/observer.ts';
import type { Topology } from '../cpu/topology.ts';
import type { ProcessorReport } from '../devices/cpu-hot-plug/index.ts';
import type { BalloonConfig } from '../devices/virtio/balloon/index.ts';
import type { Check } from '../exec/check.ts';
import type { EngineOptions } from '../exec/engine.ts';
import type { DebugStop } from '../exec/stops.ts';
import type { TieringOptions } from '../exec/tiering.ts';
import type { BootModule } from '../firmware/load/index.ts';
import type { SmbiosDescription, SmbiosInformation } from '../firmware/smbios/information.ts';
import type { HistoryLimits } from '../history/checkpoints.ts';
import type { HostMemory } from '../host/memory.ts';
import type { ToHost } from '../host/messages.ts';
import type { MemoryContent } from './boot.ts';
import type { CardConfig } from './cards.ts';
import type { CardSettings } from './catalogue/cards.ts';
import type { DisplayModel } from './catalogue/displays.ts';
import type { SoundCardModel } from './catalogue/sound.ts';
import type { UsbInput } from './catalogue/usb.ts';
import type { DriveConfig } from './drives.ts';
import type { AddressRange, LogItem } from './log-items.ts';
import type { PluggedDevice } from './plugged.ts';
import type { ScsiControllerConfig } from './scsi-plan.ts';
import type { UsbControllerConfig, UsbPort } from './usb-plan.ts';

/**
 * The engine that executes guest code: the interpreter alone, or the interpreter with the translator for code that runs often.
 */
export type EngineName = 'interpreter' | 'translator';

/** A kernel: a Linux bzImage or a Multiboot image. */
export interface KernelImages {
  readonly kernel: Uint8Array;
  /** As a Multiboot kernel is told: first word of its command line, and the string of its module. */
  readonly kernelName?: string;
  readonly initrd?: Uint8Array;
  readonly initrdName?: string;
  /** Further modules of a Multiboot kernel. */
  readonly modules?: readonly BootModule[];
  readonly append?: string;
}

/** Firmware, and a kernel that it is to boot. */
export interface FirmwareImages extends Partial<KernelImages> {
  readonly bios: Uint8Array;
}

/** Images of a machine whose firmware is in the flash chips (drives with the interface `pflash`). */
export interface FlashImages extends Partial<KernelImages> {
  readonly flash: true;
}

export type BootImages =
  /** A kernel that is loaded without firmware. */
  | KernelImages
  | FirmwareImages
  | FlashImages
  | { readonly demo: true }
  /** Bare code, entered at its first byte (firmware/load/flat.ts). */
  | { readonly flat: Uint8Array; readonly address: number; readonly mode: 'real' | 'flat32' };

/** Whether something of the machine has a screen. */
export function hasScreen({
  vga = 'none',
  xenFramebuffer = false,
}: Pick<MachineConfig, 'vga' | 'xenFramebuffer'>): boolean {
  return vga !== 'none' || xenFramebuffer;
}

/** Whether the guest can be asked to give up memory. */
export function hasBalloon({ balloon, xen }: Pick<MachineConfig, 'balloon' | 'xen'>): boolean {
  return balloon !== undefined || xen === true;
}

/** Whether firmware sets the machine up. */
export function startsFirmware(boot: BootImages): boot is FirmwareImages | FlashImages {
  return 'bios' in boot || 'flash' in boot;
}

/** Settings of booting for the firmware, by fw_cfg. */
export interface FirmwareSettings {
  /** Kinds of drives to boot from, first to last: a floppy, c hard disk, d CD-ROM, n network; then the others. Default: "cad". */
  readonly order?: string;
  /** Kinds of drives for the first boot only, in the form of `order`, which holds after a reset. */
  readonly once?: string;
  /** It is to offer a choice of what to boot from. */
  readonly bootMenu?: boolean;
  /** Nobody sees a screen: it is to show what INT 10h does at COM1, too. */
  readonly serialConsole?: boolean;
  /** It is to boot floppy disks without the signature of boot sectors, too. */
  readonly anyFloppy?: boolean;
  /** Milliseconds for which the choice is offered. */
  readonly bootMenuWait?: number;
  /** Open Firmware paths of what to boot from, first to last, such as `/pci@i0cf8/ide@1,1/drive@0/disk@0`. */
  readonly bootOrder?: readonly string[];
}

/** How a machine with instruction time is recorded, or which recording it replays. */
export type RecordingConfig =
  /** It is written to the stream `recording`; `markEvery`: instructions between two checksums of the state. */
  | { readonly mode: 'record'; readonly markEvery: number }
  /** The entries of the recording (runtime/replay/entries.ts). */
  | { readonly mode: 'replay'; readonly entries: Uint8Array };

/** The owner's description of a machine, for SMBIOS tables. */
export type SystemDescription = SmbiosDescription & Pick<SmbiosInformation, 'uuid'>;

/** The configuration of a machine. */
export interface MachineConfig extends CardSettings {
  /** Bytes of RAM, a multiple of 1 MB. */
  readonly memoryBytes: number;
  /** How many of them are below 4 GB; the others begin there. All, if left out. */
  readonly memoryBelow4G?: number;
  /** Model of the processor, and features to add or take away (cpuModel); `max` if left out. */
  readonly cpu?: string;
  /** Its processors; one if left out. */
  readonly topology?: Topology;
  /** Numbers of those that are there at the start, with 0: others can be plugged in. Left out: all are, and none comes or goes. */
  readonly processorsPresent?: readonly number[];
  readonly engine: EngineName;
  /** When the translator translates, where it is not the default. */
  readonly tiering?: Partial<TieringOptions>;
  /** The debug mode: IR and texts go through MachineHost.check before they are used. */
  readonly check?: boolean;
  readonly boot: BootImages;
  /** A state is loaded before it runs, so that no guest is put into its memory before a reset. */
  readonly awaitsState?: boolean;
  readonly firmware?: FirmwareSettings;
  /** Its disks and drives; none if left out. */
  readonly drives?: readonly DriveConfig[];
  /** Its network cards; none if left out. */
  readonly cards?: readonly CardConfig[];
  /** False: neither firmware nor a kernel finds ACPI tables. */
  readonly acpi?: boolean;
  /** Slots of PCI devices by their names (pci-slots.ts); the others have the next free ones. No two have the same, and none a chipset's. */
  readonly pciSlots?: Readonly<Record<string, number>>;
  /** Time comes from executed instructions: one takes 2 to this power nanoseconds. */
  readonly icountShift?: number;
  /** Only with instruction time. */
  readonly recording?: RecordingConfig;
  /**
   * poll (default): another thread sets Word.attention when a device is due (MachineHost.deadlineChanged). jumps: there is
   * none, so jumps are counted to look at the clock now and then. With instruction time it is neither: instructions are
   * counted.
   */
  readonly pacing?: 'poll' | 'jumps';
  /** False: with instruction time a halted CPU does not wait; its time passes at once. */
  readonly icountSleep?: boolean;
  /** The action when the guest asks for a reset, or has a triple fault. */
  readonly rebootAction: 'reset' | 'exit';
  /** The owner's description of the machine, for SMBIOS tables. Missing: without firmware there are no tables. */
  readonly system?: SystemDescription;
  /** The action when the machine is turned off. Default: exit. */
  readonly shutdownAction?: 'exit' | 'pause';
  /** The isa-debug-exit device: first port and number of ports. */
  readonly debugExit?: { readonly iobase: number; readonly iosize: number };
  /** Adds a virtio console device with these ports; their streams are `ports.virtio` of their numbers (host/ports.ts). */
  readonly virtioPorts?: readonly { readonly name: string; readonly isConsole: boolean }[];
  /** Adds a virtio balloon device. */
  readonly balloon?: BalloonConfig;
  /** The host's system may keep pages of several machines once that are equal. */
  readonly memoryMerge?: boolean;
  /** Adds a virtio entropy device. */
  readonly rng?: boolean;
  /** Its sound cards; none if left out. */
  readonly soundCards?: readonly SoundCardModel[];
  /** The mix of all that sounds: frames a second, and whether somebody listens from the start. */
  readonly sound?: { readonly rate: number; readonly isHeard: boolean };
  /** Folders of the host that the guest may mount, by their tags; `name` is that of the port (host/folder-port.ts). */
  readonly shares?: readonly { readonly name: string; readonly tag: string }[];
  /** Keyboards, mice and tablets on the USB, whose controller is a UHCI where no others are named. */
  readonly usb?: readonly UsbInput[];
  /** Where USB devices are, by their names; the others have the next free ports of the default bus. */
  readonly usbPorts?: Readonly<Record<string, UsbPort>>;
  readonly usbControllers?: readonly UsbControllerConfig[];
  /** SCSI controllers; a drive at one adds a pvscsi where none is named. */
  readonly scsiControllers?: readonly ScsiControllerConfig[];
  /** Adds an AHCI controller; drives at it do so, too. */
  readonly ahci?: boolean;
  /** Adds QEMU's pc-testdev, which test guests use. */
  readonly pcTestdev?: boolean;
  /** False: there is no parallel port. */
  readonly parallelPort?: boolean;
  /** False: VMware's backdoor is not there. */
  readonly vmport?: boolean;
  /** Xen is around the guest. */
  readonly xen?: boolean;
  /** The version that it has for the guest: major and minor, 16 bits each. Default: XEN_VERSION. */
  readonly xenVersion?: number;
  /** So many consoles of Xen; their streams are `ports.xenConsole` of their numbers (host/ports.ts). */
  readonly xenConsoles?: number;
  /** There are a keyboard and a pointer of Xen; their streams are `ports.xenKeyboard` and `ports.xenPointer`. */
  readonly xenKeyboard?: boolean;
  /** There is a framebuffer of Xen, which is shown while the guest uses it. */
  readonly xenFramebuffer?: boolean;
  /** The ID of its first generation, 16 bytes as the guest reads them; left out: there is no generation ID. */
  readonly generationId?: Uint8Array;
  /** False: there is no HPET. */
  readonly hpet?: boolean;
  /** The display adapter; default: none. */
  readonly vga?: DisplayModel | 'none';
  /** Option ROM of the display adapter, with a video BIOS. */
  readonly videoRom?: Uint8Array;
  /** Files in fw_cfg for firmware and systems, by name, beside those that the board makes. */
  readonly firmwareFiles?: Readonly<Record<string, Uint8Array>>;
  /** Bytes to put into memory at each reset. */
  readonly memoryContents?: readonly MemoryContent[];
  /** Option ROM by which firmware boots the kernel (firmware/kernel-loader). */
  readonly kernelLoader?: Uint8Array;
  /** Port of the debug console. */
  readonly debugConsolePort?: number;
  /** Milliseconds since 1970, as the real-time clock shows it at the start. */
  readonly startTimeOfDay: number;
  /** Four words that the numbers of RDRAND follow from; zeros if left out, so that they are the same in every run. */
  readonly randomKey?: readonly number[];
  /** Items to write to MachineHost.guestLog. */
  readonly log?: readonly LogItem[];
  /** Code that is logged: only what begins at one of these linear addresses. Left out: all. */
  readonly logRanges?: readonly AddressRange[];
  /** Patterns of what is traced there (trace/events.ts); with a minus: is not. */
  readonly trace?: readonly string[];
  /** How much a debugger keeps of its past, where it is not the default. */
  readonly history?: Partial<HistoryLimits>;
  /** Overrides of the engine's settings, for tests and benchmarks. */
  readonly engineOptions?: Partial<EngineOptions>;
}

/**
 * The services that the machine's core needs from the isolate around it. Times are nanoseconds of a clock that never goes back.
 */
export interface MachineHost {
  nanoseconds(): number;
  /** Takes a message of the machine's (host/door.ts). Its bytes change afterwards. */
  send(message: ToHost): void;
  /** The core wants Word.attention set at this time (Infinity: never). */
  deadlineChanged?(nanoseconds: number): void;
  log(message: string): void;
  /** Fills bytes with random numbers; left out: they follow from MachineConfig.randomKey. */
  random?(target: Uint8Array): void;
  /** Left out: it does nothing with the machine's memory. */
  readonly memory?: HostMemory;
  /** The guest has suspended itself to RAM, or the machine was woken after that. */
  suspension?(event: 'suspend' | 'wake'): void;
  /** The guest's system has answered that a processor has come or is to go. */
  processorReported?(report: ProcessorReport): void;
  /** These are plugged in now: something was plugged in, or pulled out. `pciSlots`: of all PCI devices, by their names. */
  plugged?(devices: readonly PluggedDevice[], pciSlots: Readonly<Record<string, number>>): void;
  /** Takes lines about what the guest does (MachineConfig.log). */
  guestLog?(lines: string): void;
  /** The debug mode, which a machine has to have whose configuration asks for it. */
  readonly check?: Check;
}

export interface RunResult {
  /** waiting: the machine's time cannot go on without an answer of the host's, or its guest does nothing but look for one. debug: it is to stand still for a debugger. */
  readonly reason:
    | 'attention'
    | 'halted'
    | 'waiting'
    | 'slice'
    | 'poweroff'
    | 'exit'
    | 'shutdown'
    | 'reset-requested'
    | 'debug';
  /** For 'debug': the reason. */
  readonly stop?: DebugStop;
  /** For 'reset-requested': it was the caller, not the guest, who asked for it. */
  readonly byCaller?: true;
  /** For 'exit': the exit code. */
  readonly code?: number;
  /** For 'shutdown': the exceptions that led to it (runtime/debug/shutdown.ts). */
  readonly exceptions?: readonly UndeliveredException[];
  /**
   * For 'halted': the time of the next device event, in the host's nanoseconds; none if no event is due. For 'waiting': the time
   * when the guest goes on without an answer.
   */
  readonly wakeAt?: number;
  /** For 'halted': no interrupt of a device can reach the CPU, as IF is clear or all inputs are masked. */
  readonly forGood?: boolean;
}

/** Counters of a machine. */
export interface Metrics {
  /** Guest instructions executed; known only where they are counted (-icount), else 0. */
  readonly instructions: number;
  readonly [name: string]: number | Readonly<Record<string, number>>;
}
