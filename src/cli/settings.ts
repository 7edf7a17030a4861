import type {
  CardOptions,
  DriveOptions,
  ListenAddress,
  listenForVnc,
  Machine,
  MachineOptions,
  NetworkBackendOptions,
  ShareOptions,
  VncSettings,
} from '../index.ts';
import type { Backend } from './backends/backend.ts';

/** A list that `help` for a flag's argument prints. */
export type List =
  | 'list-cpus'
  | 'list-machines'
  | 'list-accelerators'
  | 'list-displays'
  | 'list-devices'
  | 'list-cards'
  | 'list-netdevs'
  | 'list-audio-drivers'
  | 'list-chardevs'
  | 'list-objects'
  | 'list-screens'
  | 'list-log-items'
  | 'list-trace-events';

/** A card of the command line; its network may be one of -netdev, which comes before it or after it. */
export interface CommandLineCard extends Omit<CardOptions, 'backend'> {
  readonly backend?: CommandLineNetwork;
  /** The id of a -netdev. */
  readonly netdev?: string;
}

/** The network of a card: a backend, or one of the hubs that cards of this machine share. */
export type CommandLineNetwork = NetworkBackendOptions | { readonly type: 'hubport'; readonly hub: string };

/** A folder of -fsdev, whose tag is that of the -device. */
export type FolderDescription = Omit<ShareOptions, 'tag'>;

/** Where sound goes: the -audiodev of the command line. */
export interface AudioBackend {
  readonly id: string;
  readonly driver: 'none' | 'wav';
  readonly path?: string;
  readonly rate?: number;
}

/** The settings that `-vnc` gives. */
export interface VncFlag extends VncSettings {
  readonly address: Parameters<typeof listenForVnc>[1];
}

/** The parsed command line. */
export interface Settings {
  readonly action: 'run' | 'start' | 'demo' | 'help' | 'version' | List;
  /** With a list: the words before `help`, such as a model of `-device`. With help: the command that it is about. */
  readonly listed?: string | undefined;
  readonly machine: Partial<MachineOptions>;
  /** The file of an appliance: what no flag says comes from it. */
  readonly appliance?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly append?: string;
  readonly bios?: string;
  /** Where the machine comes from that goes on here: a file, another process, or `defer` if a monitor is to say it. */
  readonly incoming?: string;
  /** The snapshot within its images that the machine goes on from. */
  readonly loadvm?: string;
  /** Whether the guest's writes to disks are discarded at the end. */
  readonly snapshot?: boolean;
  /** Drives that a -device is to connect, by their names. */
  readonly waitingDrives: Readonly<Record<string, DriveOptions>>;
  /** Images of -blockdev, by their names: the drivers that were said. */
  readonly blockNodes?: Readonly<Record<string, string>>;
  /** Drives that are flash chips, by the numbers of these: -machine pflash0=ID. */
  readonly flashChips?: Readonly<Record<string, string>>;
  /** Folders of -fsdev that a -device is to share, by their names. */
  readonly waitingFolders: Readonly<Record<string, FolderDescription>>;
  /** Names of -object that random numbers come from. */
  readonly randomSources: readonly string[];
  /** Network cards of -nic and -device. */
  readonly cards: readonly CommandLineCard[];
  /** Networks of -netdev, by their names. */
  readonly netdevs: Readonly<Record<string, CommandLineNetwork>>;
  /** Files for the frames of these. */
  readonly captures: Readonly<Record<string, string>>;
  /** The card and the network of -net. */
  readonly net?: { readonly card?: Omit<CommandLineCard, 'backend'>; readonly backend?: CommandLineNetwork };
  /** Where sound goes: by -audiodev and -audio. */
  readonly audio: readonly AudioBackend[];
  /** Names of -audiodev that something sounds to. */
  readonly audioUsers: readonly string[];
  readonly nographic?: boolean;
  /** The character that begins a command to the emulator on the terminal; left out: Ctrl-A. */
  readonly escapeKey?: number;
  /** Where the screen is shown; left out: on the terminal, if that is free and there is a screen. */
  readonly display?: 'none' | 'terminal';
  /** Where VNC viewers see the screen; null: nowhere. */
  readonly vnc?: VncFlag | null;
  /** Accelerators that may run guest code, one for each `-accel`. */
  readonly accelerators?: readonly string[];
  /** Accelerators of `-machine accel=`, with colons between them. */
  readonly machineAccelerators?: string;
  /** No device is connected to anything that no flag names. */
  readonly nodefaults?: boolean;
  /** A -device connects a drive to the IDE. */
  readonly hasIdeDevice?: boolean;
  /** The name of the AHCI controller that a -device has added; '': it has none. */
  readonly ahciId?: string;
  /** The names that `-device` has given, in their order. */
  readonly deviceIds?: readonly string[];
  /** The machine's names of the PCI devices of -device and -virtfs without `addr=`, in the order of the flags. */
  readonly pciDevices?: readonly string[];
  /** Devices of `-device` of which a machine has one. */
  readonly onlyDevices?: readonly string[];
  /** The real-time clock's time when the machine is made; left out: the host's time. */
  readonly startTime?: () => Date;
  /** One for each `-serial`, in their order. */
  readonly serials: readonly Backend[];
  /** One for each `-parallel`, in their order. */
  readonly parallels: readonly Backend[];
  /** Where monitors are; left out: where QEMU has one by default. */
  readonly monitors?: readonly Backend[];
  /** Where QMP is spoken. */
  readonly controls?: readonly Backend[];
  /** The QMP backends whose answers have a member on each line. */
  readonly prettyControls?: readonly Backend[];
  readonly debugConsole?: Backend;
  /** Where gdb may attach. */
  readonly gdb?: ListenAddress;
  /** The backend by which gdb connects: the terminal, as for `target remote | …`, or a -chardev. */
  readonly gdbDevice?: Backend;
  /** The machine waits to be started. */
  readonly startsPaused?: boolean;
  /** Backends of the virtio console's ports, in their order. */
  readonly virtioPorts: readonly Backend[];
  /** Backends of Xen's consoles, in their order. */
  readonly xenConsoles: readonly Backend[];
  /** By -chardev, with their names. */
  readonly chardevs: Readonly<Record<string, Backend>>;
  /** Where the log of what the guest does goes; standard error if not named. */
  readonly logFile?: string;
  /** Where inspectors may attach: PATH or PORT, or '' for the usual place. */
  readonly inspect?: string;
  /** Does something with the machine from its start to its end; `leave` ends it. */
  readonly accompany?: (machine: Machine, leave: () => void) => Promise<AsyncDisposable>;
  /** Warnings about flags that have no effect here. */
  readonly warnings?: readonly string[];
  /** The machine goes on in the background, without a terminal, as soon as it is set up. */
  readonly daemonize?: boolean;
  /** Where the number of the process is while it runs. */
  readonly pidFile?: string;
  /** A file with names of guest functions. */
  readonly symbols?: string;
}

export const initialSettings: Settings = {
  action: 'run',
  machine: {},
  serials: [],
  randomSources: [],
  parallels: [],
  virtioPorts: [],
  xenConsoles: [],
  chardevs: {},
  waitingDrives: {},
  waitingFolders: {},
  cards: [],
  netdevs: {},
  captures: {},
  audio: [],
  audioUsers: [],
};

/** The settings with these options of the machine. */
export function machine(settings: Settings, options: Partial<MachineOptions>): Settings {
  return { ...settings, machine: { ...settings.machine, ...options } };
}

/** The settings with a warning about a flag. */
export function warned(settings: Settings, warning: string): Settings {
  return { ...settings, warnings: [...(settings.warnings ?? []), warning] };
}
