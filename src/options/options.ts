import { cpuModel } from '../../runtime/cpu/model.ts';
import { ALONE, processorCount } from '../../runtime/cpu/topology.ts';
import { UnknownNameError } from '../../runtime/cpu/unknown-name.ts';
import type { OptionalCards } from '../../runtime/machine/catalogue/cards.ts';
import { type DisplayModel, displayModels } from '../../runtime/machine/catalogue/displays.ts';
import type { SoundCardModel } from '../../runtime/machine/catalogue/sound.ts';
import type { UsbInput } from '../../runtime/machine/catalogue/usb.ts';
import type { AddressRange, LogItem } from '../../runtime/machine/log-items.ts';
import type { ScsiControllerConfig } from '../../runtime/machine/scsi-plan.ts';
import type { UsbControllerConfig } from '../../runtime/machine/usb-plan.ts';
import type { CardOptions } from '../cards/options.ts';
import type { DriveOptions } from '../drives/options.ts';
import { checkedLayout, type KeyboardLayout } from '../input/layout.ts';
import type { EngineName, MachineConfig } from '../machine-core.ts';
import type { ShareOptions } from '../shares/options.ts';
import type { SoundOptions } from '../sound/options.ts';
import { checkedBoolean, checkedOneOf, checkNames, checkText, shown } from '../util/checks.ts';
import { atOption, ConfigurationError, messageOf, within } from '../util/errors.ts';
import { checkImage, type Image } from '../util/image.ts';
import { similarNames } from '../util/similar.ts';
import type { BalloonOptions } from './balloon.ts';
import { type BootOrder, checkedOrder } from './boot-order.ts';
import { checkedDevices } from './device-options.ts';
import { checkedEngine, type EngineSettings } from './engine-options.ts';
import { checkFirmwareFiles } from './firmware-files.ts';
import { checkFlash, hasFlash } from './flash.ts';
import { optionNames } from './kinds.ts';
import { checkedLimits, type MachineLimits } from './limits.ts';
import { checkedLog, checkedLogRanges, checkedTrace } from './log-options.ts';
import { checkMemoryContents, type MemoryContentOptions } from './memory-contents.ts';
import { checkedMemory, checkedMemoryBelow4G } from './memory-size.ts';
import { checkedPresence, checkedProcessors, type ProcessorOptions } from './processors.ts';
import { checkedIcount, type IcountOptions } from './recording.ts';
import { checkedSystem, type SmbiosOptions } from './smbios.ts';
import type { UsbInputOptions } from './usb.ts';
import type { VirtioPortOptions } from './virtio-ports.ts';
import type { XenOptions } from './xen.ts';

/** The system that the machine starts. */
export type Boot = KernelBoot | BiosBoot | FlashBoot | DemoBoot;

/** A Linux bzImage or a Multiboot kernel, with what it is given. */
export interface KernelBoot {
  /** The kernel's image. */
  readonly kernel: Image;
  /** Linux: initial RAM disk. Multiboot: its first module. */
  readonly initrd?: Image;
  /** Its command line. */
  readonly append?: string;
  /**
   * The first word of a Multiboot kernel's command line. Default: the name of the kernel's file as it was given, as in QEMU; bytes have
   * none.
   */
  readonly kernelName?: string;
  /** The string of a Multiboot kernel's first module. Default: the name of the initrd's file, in the same way. */
  readonly initrdName?: string;
  /** A Multiboot kernel's further modules. */
  readonly modules?: readonly KernelModule[];
  /**
   * The firmware that boots it, as of `BiosBoot`. Default: "rawiron" where the machine has a display adapter, which firmware sets
   * up; without one there is none, and the kernel is started directly.
   */
  readonly bios?: Image;
  /** The firmware that boots it is in a flash chip, as of `FlashBoot`. */
  readonly flash?: true;
}

/** A file for a Multiboot kernel. */
export interface KernelModule {
  /** Its contents. */
  readonly image: Image;
  /** The string that goes with it. Default: the name of its file, as it was given; bytes have none. */
  readonly string?: string;
}

/** Firmware. */
export interface BiosBoot {
  /**
   * "rawiron": the BIOS of our own. "seabios": SeaBIOS with its video BIOS, from Debian's package. Else a ROM image, which ends at
   * the top of memory; the CPU starts at its reset vector, 16 bytes before the end.
   */
  readonly bios: Image;
}

/** Firmware in flash chips: one or two of `drives` with `interface: 'pflash'`. It is the default where there are such. */
export interface FlashBoot {
  /** Always true: it tells this kind of boot from the others. */
  readonly flash: true;
}

/** The small system that is part of this project. */
export interface DemoBoot {
  /** Always true: it tells this kind of boot from the others. */
  readonly demo: true;
}

/** The machine's parts and the way it runs; all options except the boot have a default. */
export interface MachineOptions extends OptionalCards {
  /** Size of the memory: a number of megabytes, or a text such as "128M" or "1G". Default: 128. */
  readonly memory?: number | string;
  /** How much of it is below 4 GB; the rest begins there, for systems with PAE. Default: all. */
  readonly memoryBelow4G?: number | string;
  /**
   * Model of the processor: such as "486", "pentium3", "n270", "qemu32" or "max", then features to add or take away, as in
   * "pentium,+pae,-mce". Default: "max", all that there is.
   */
  readonly cpu?: string;
  /** How many processors there are, which take turns: QEMU's `-smp`. Default: 1. */
  readonly processors?: ProcessorOptions;
  /** How guest code is executed. Default: "translator". */
  readonly engine?: EngineName | EngineSettings;
  /**
   * The system that it starts. Default: firmware of our own, which boots from the drives; that in flash chips, where `drives` has
   * some.
   */
  readonly boot?: Boot;
  /**
   * Where the machine runs: in a worker of its own (default), whose heap has a bound of 1 GB, or in the caller's thread, which
   * then has to share its time and its heap.
   */
  readonly isolate?: 'worker' | 'caller';
  /** Takes time from executed instructions, so that runs are alike, and can be recorded and replayed. Default: the host's time. */
  readonly icount?: IcountOptions;
  /** Disks and drives: QEMU's `-drive`. A text is the image of a hard disk. Default: none. */
  readonly drives?: readonly (string | DriveOptions)[];
  /** Network cards: QEMU's `-nic`. Default: none, so that a guest reaches nothing that it was not given. */
  readonly network?: readonly CardOptions[];
  /** Sound cards, each at most once: QEMU's `-device sb16`. Default: none; the speaker is always there. */
  readonly soundCards?: readonly SoundCardModel[];
  /** The output of its sound; `Machine.sound` has the samples in any case. */
  readonly sound?: SoundOptions;
  /** The firmware's boot order. */
  readonly bootOrder?: BootOrder;
  /** The contents of SMBIOS tables. A kernel without firmware finds some only if this or `uuid` is given. */
  readonly smbios?: SmbiosOptions;
  /** The machine's UUID in these tables, 32 hexadecimal digits with hyphens; by default all are 0. */
  readonly uuid?: string;
  /** The action on a reset by the guest, or a triple fault. Default: "reset". */
  readonly reboot?: 'reset' | 'exit';
  /**
   * The action when the guest turns the machine off, or `reboot` ends it. "pause": it stands still, can be examined, and goes on
   * after a reset: QEMU's `-no-shutdown`. Default: "exit".
   */
  readonly shutdown?: 'exit' | 'pause';
  /** Adds an isa-debug-exit device: what the guest writes there ends the machine. */
  readonly debugExit?: {
    /** Its first port. */
    readonly iobase: number;
    /** How many ports it has, from 1 to 4. */
    readonly iosize: number;
  };
  /**
   * Whether firmware shows at COM1, too, what programs show by INT 10h, and takes keys from there: QEMU's `-machine graphics=off`, which is
   * part of `-nographic`. Default: false.
   */
  readonly serialConsole?: boolean;
  /** Whether systems find ACPI tables: QEMU's `-no-acpi`. The chip that they tell of is there in any case; SeaBIOS makes some of its own. Default: true. */
  readonly acpi?: boolean;
  /**
   * Whether there is a virtual machine generation ID, which changes whenever the machine goes on from a snapshot or is a fork, so that Linux from 5.18 on
   * renews its random generator: QEMU's `-device vmgenid`. A text is the GUID of the first start; it is random otherwise, and zero with `icount`. It
   * needs `acpi`. Default: true.
   */
  readonly generationId?: boolean | string;
  /** Whether there is a high precision event timer (HPET). Default: true. */
  readonly hpet?: boolean;
  /** VMware's backdoor, by which guests ask for its version, memory and time, and reach its mouse; QEMU's `-machine vmport=`. Default: true. */
  readonly vmport?: boolean;
  /**
   * Whether Xen is around the guest, for systems with drivers for it: hypercalls, event channels, grants, the store; the
   * drives and cards of Xen are there only then. It takes a processor with a local APIC. Default: false.
   */
  readonly xen?: boolean | XenOptions;
  /**
   * How many consoles of Xen there are, up to 10, Linux's hvc0 and so on: QEMU's `-device xen-console`. `Machine.xenConsoles` has
   * them. The first one is there from the guest's start (`console=hvc0`). Default: 0.
   */
  readonly xenConsoles?: number;
  /**
   * Adds a keyboard and a pointer of Xen: `-device xen-keyboard`. What `Machine.keyboard` and `Machine.mouse` do goes to them while the guest uses
   * them. Default: false.
   */
  readonly xenKeyboard?: boolean;
  /**
   * Adds a framebuffer of Xen: `-device xen-framebuffer`. `Machine.screen` shows it in the display adapter's place while the guest uses it, and is
   * dark before where there is no adapter. Default: false.
   */
  readonly xenFramebuffer?: boolean;
  /** Whether there is a parallel port; `Machine.parallel` has its output. Default: true. */
  readonly parallelPort?: boolean;
  /**
   * Adds a virtio console device with these ports: QEMU's `-device virtio-serial-pci` with `virtconsole` and `virtserialport`.
   * `Machine.virtioPorts` has them. Default: none.
   */
  readonly virtioPorts?: readonly VirtioPortOptions[];
  /**
   * Adds a virtio balloon, by which the guest can be asked to give up memory: `Machine.balloon`. With `deflateOnOom` the guest takes memory back by
   * itself where it has none left. With `freePageReporting` the host gets the memory of all pages that the guest does not use, without asking.
   * Default: false.
   */
  readonly balloon?: boolean | BalloonOptions;
  /** Adds a virtio device that gives the guest random numbers of the host's, QEMU's `-device virtio-rng-pci`. Default: false. */
  readonly rng?: boolean;
  /** Adds an AHCI controller with six ports, QEMU's `-device ahci`. A drive with `interface: 'sata'` does so, too. Default: false. */
  readonly ahci?: boolean;
  /**
   * SCSI controllers, one of a model: QEMU's `-device pvscsi`, `lsi53c895a` and `mptsas1068`. Drives with `interface: 'scsi'` are at them.
   * Default: a pvscsi where there is such a drive.
   */
  readonly scsiControllers?: readonly ScsiControllerConfig[];
  /** Folders that the guest may mount, in memory or of the host (QEMU's `-virtfs`; only in Node, on Linux). Default: none. */
  readonly shares?: readonly ShareOptions[];
  /**
   * Adds these on the USB, each at most once: QEMU's `-device usb-tablet`. They and disks of `drives` with `interface: 'usb'` are plugged into the
   * controllers of `usbControllers`. What `Machine.keyboard` and `Machine.mouse` do goes to them while the guest uses them. `Machine.usb` plugs in others
   * while the machine runs. Default: none.
   */
  readonly usb?: readonly (UsbInput | UsbInputOptions)[];
  /**
   * USB controllers, one of a kind: "piix3-usb-uhci" with two ports of USB 1.1, "qemu-xhci" or "nec-usb-xhci" with four of USB 2, "usb-ehci" with six. Default: a UHCI where
   * `usb` is given, `[]` too, or a drive is on the USB.
   */
  readonly usbControllers?: readonly UsbControllerConfig[];
  /**
   * The slots of PCI devices, from 2 to 31: QEMU's `-device …,addr=`. Network cards have their names here, virtio disks those of their places, such as
   * "virtio0", folders "virtio-9p0" and so on; others, of which a machine has one each, have names such as "vga", "virtio-rng"
   * or "xhci" (docs/devices.md). Default: the display adapter has 2, the others the next free ones; the UHCI is part of the
   * chipset.
   */
  readonly pciSlots?: Readonly<Record<string, number>>;
  /** The keyboard layout that the guest has, for `Keyboard.type`: QEMU's `-k`. Default: "en-us". */
  readonly keyboardLayout?: KeyboardLayout;
  /** Adds QEMU's pc-testdev: ports, memory and interrupt lines for test guests. */
  readonly pcTestdev?: boolean;
  /**
   * The display adapter: "std", a VGA with Bochs' VBE extension and 16 MB of memory as QEMU has it, "cirrus", a Cirrus Logic
   * CL-GD5446 with 4 MB, for which old systems have drivers, "vmware", VMware's SVGA II with 16 MB, or "none".
   * `Machine.screen` has its picture. Default: "std" where there is firmware, which sets it up; else "none".
   */
  readonly vga?: DisplayModel | 'none';
  /** Option ROM of the display adapter with a video BIOS. Default: SeaBIOS's where that is booted, else our own. */
  readonly videoBios?: Image;
  /**
   * Files that firmware and systems find in fw_cfg, by name: up to 55 ASCII characters, by custom `opt/` and the name of who reads it. What is in
   * `genroms/` our BIOS and SeaBIOS run as an option ROM.
   */
  readonly firmwareFiles?: Readonly<Record<string, Image>>;
  /** Bytes to put into memory whenever the machine is reset. */
  readonly memoryContents?: readonly MemoryContentOptions[];
  /** Adds a debug console at this port; `Machine.debugConsole` has its output. */
  readonly debugConsole?: {
    /** The port, 0xe9 by custom. */
    readonly iobase: number;
  };
  /**
   * Items of the guest's activity for `Machine.guestLog`: names of `logItems`. Nothing is logged, and costs nothing, if left out.
   */
  readonly log?: readonly LogItem[];
  /** Ranges of linear addresses: the log items `in_asm`, `exec` and `cpu` show only blocks that begin there. Default: all. */
  readonly logRanges?: readonly AddressRange[];
  /**
   * Events for `guestLog`, a line for each: names of `traceEvents`, in which `*` and `?` stand for others; with a minus before
   * it: not. Nothing is traced, and costs nothing, if left out.
   */
  readonly trace?: readonly string[];
  /** The real-time clock's time at the start. Default: the host's time. */
  readonly startTime?: Date;
  /**
   * Whether the host's system may keep pages of several machines once that are equal: QEMU's `-machine mem-merge=on`. Needs Linux whose kernel
   * does that (`echo 1 >/sys/kernel/mm/ksm/run`), and Node 26.1; a warning in the log says where it cannot be. Default: false.
   */
  readonly memoryMerge?: boolean;
  /** Limits of the machine's use of its host. `Machine.setLimits` changes them. Default: no limits. */
  readonly limits?: MachineLimits;
  /** Shown where the host shows names of threads. */
  readonly name?: string;
  /**
   * It arrives from another process (`Machine.migration`), QEMU's `-incoming defer`; its images are opened when it is here.
   * Default: false.
   */
  readonly incoming?: boolean;
}

export const isolates = ['worker', 'caller'] as const;
type Isolate = (typeof isolates)[number];

/**
 * All of a configuration but the images.
 * @throws ConfigurationError that names the option
 */
export function checkOptions(
  options: MachineOptions,
): Omit<MachineConfig, 'boot' | 'drives' | 'cards' | 'shares' | 'sound'> {
  checkNames('options', options, optionNames);
  const { reboot = 'reset', icount } = options;
  const boot = atOption('boot', () => checkedBoot(bootOf(options)));
  atOption('boot', () => checkFlash(boot, options.drives));
  checkAside(options);
  // Which processors there can be depends on the model.
  const cpu =
    options.cpu === undefined ? undefined : within('cpu', () => atOption('cpu', () => checkedCpu(options.cpu!)));
  const topology = atOption('processors', () =>
    options.processors === undefined ? ALONE : checkedProcessors(options.processors, cpu),
  );
  atOption('memoryContents', () => checkMemoryContents(options.memoryContents ?? [], processorCount(topology)));
  const booted = 'kernel' in boot ? 'kernel' : 'demo' in boot ? 'demo' : 'bios';
  return {
    ...checkedMemoryOptions(options, booted),
    ...(cpu !== undefined && { cpu }),
    ...(options.processors !== undefined && {
      topology,
      ...atOption('processors', () => presenceOf(options.processors!)),
    }),
    ...atOption('engine', () => checkedEngine(options.engine ?? {})),
    rebootAction: atOption('reboot', () => checkedOneOf('reboot action', reboot, ['reset', 'exit'])),
    ...(options.shutdown !== undefined && {
      shutdownAction: atOption('shutdown', () => checkedOneOf('shutdown action', options.shutdown!, ['exit', 'pause'])),
    }),
    startTimeOfDay: atOption('startTime', () => checkedTime(options.startTime ?? new Date())),
    // What comes from the host's randomness is not the same in every run.
    ...(icount === undefined
      ? { randomKey: [...crypto.getRandomValues(new Int32Array(4))] }
      : { icountShift: atOption('icount', () => checkedIcount(icount)).shift }),
    ...checkedFirmware(options),
    ...checkedSystem(options),
    ...checkedDevices(options),
    ...(options.log !== undefined && { log: atOption('log', () => checkedLog(options.log!)) }),
    ...(options.logRanges !== undefined && {
      logRanges: atOption('logRanges', () => checkedLogRanges(options.logRanges!)),
    }),
    ...(options.trace !== undefined && { trace: atOption('trace', () => checkedTrace(options.trace!)) }),
    vga: atOption('vga', () => checkedOneOf('vga', vgaOf(options), [...displayModels, 'none'])),
  };
}

/** Checks the options that are no part of the configuration, or are read from elsewhere. */
function checkAside(options: MachineOptions): void {
  atOption('isolate', () => checkedIsolate(options.isolate ?? 'worker'));
  atOption('name', () => checkText('name', options.name));
  atOption('keyboardLayout', () => checkedLayout(options.keyboardLayout));
  atOption('videoBios', () => checkVideoBios(options));
  if (options.firmwareFiles !== undefined)
    atOption('firmwareFiles', () => checkFirmwareFiles(options.firmwareFiles!, firmwareOf(options) !== undefined));
  atOption('incoming', () => checkedBoolean('incoming', options.incoming ?? false));
  atOption('limits', () => checkedLimits(options.limits ?? {}));
}

function presenceOf(processors: ProcessorOptions): Pick<MachineConfig, 'processorsPresent'> {
  const present = checkedPresence(processors);
  return present ? { processorsPresent: present.map(({ number }) => number) } : {};
}

/** The machine's memory: how much there is, where it stands, and what the host's system may do with it. */
function checkedMemoryOptions(
  { memory = 128, memoryBelow4G, memoryMerge = false }: MachineOptions,
  booted: 'kernel' | 'demo' | 'bios',
): Pick<MachineConfig, 'memoryBytes' | 'memoryBelow4G' | 'memoryMerge'> {
  const memoryBytes = atOption('memory', () => checkedMemory(memory, booted));
  return {
    memoryBytes,
    ...(memoryBelow4G !== undefined && {
      memoryBelow4G: atOption('memoryBelow4G', () => checkedMemoryBelow4G(memoryBelow4G, memoryBytes, booted)),
    }),
    ...(atOption('memoryMerge', () => checkedBoolean('memoryMerge', memoryMerge)) && { memoryMerge }),
  };
}

/** The settings of the firmware besides the boot images. */
function checkedFirmware({ bootOrder, serialConsole }: MachineOptions): Pick<MachineConfig, 'firmware'> {
  if (bootOrder === undefined && serialConsole === undefined) return {};
  const order = bootOrder === undefined ? {} : atOption('bootOrder', () => checkedOrder(bootOrder));
  if (serialConsole === undefined) return { firmware: order };
  const isSerial = atOption('serialConsole', () => checkedBoolean('serialConsole', serialConsole));
  return { firmware: { ...order, serialConsole: isSerial } };
}

/**
 * The text that names the processor's model, if there is such a model.
 * @throws ConfigurationError
 */
export function checkedCpu(cpu: string): string {
  checkText('cpu', cpu);
  try {
    cpuModel(cpu);
    return cpu;
  } catch (error) {
    if (!(error instanceof UnknownNameError)) throw new ConfigurationError(messageOf(error));
    const { problem, asked, known } = error;
    throw new ConfigurationError(`${problem}${similarNames(asked, known)}; there are: ${known.join(', ')}`);
  }
}

/**
 * Where a machine runs, if there is such a place.
 * @throws ConfigurationError
 */
export function checkedIsolate(isolate: Isolate): Isolate {
  return checkedOneOf('isolate', isolate, isolates);
}

function checkedTime(startTime: Date): number {
  if (startTime instanceof Date && !Number.isNaN(startTime.getTime())) return startTime.getTime();
  throw new ConfigurationError(`startTime is ${shown(startTime)}; it must be a valid Date`);
}

/** The parts of a boot, by what is booted. */
const bootParts = {
  kernel: ['kernel', 'initrd', 'append', 'bios', 'flash', 'kernelName', 'initrdName', 'modules'],
  bios: ['bios'],
  flash: ['flash'],
  demo: ['demo'],
} as const;

/** The system that a machine with these options starts. */
export function bootOf({ boot, drives }: Pick<MachineOptions, 'boot' | 'drives'>): Boot {
  if (boot !== undefined) return boot;
  return hasFlash(drives) ? { flash: true } : { bios: 'rawiron' };
}

function checkedBoot(boot: Boot): Boot {
  checkNames('boot', boot, [...new Set(Object.values(bootParts).flat())]);
  const named = (['kernel', 'bios', 'flash', 'demo'] as const).filter((way) => way in boot);
  // A kernel may have firmware that boots it.
  const isFirmwareOf = (way: string) => (way === 'bios' || way === 'flash') && named.includes('kernel');
  const ways = named.filter((way) => !isFirmwareOf(way));
  if (ways.length === 0) throw new ConfigurationError('nothing to boot: boot needs a kernel, a bios, flash or demo');
  if (ways.length > 1) throw new ConfigurationError(`${ways.join(' and ')} cannot be booted at the same time`);
  checkNames('boot', boot, bootParts[ways[0]]);
  for (const [name, value] of Object.entries(boot))
    if ((name === 'demo' || name === 'flash') && value !== true)
      throw new ConfigurationError(`boot.${name} must be true`, name);
  if ('bios' in boot && 'flash' in boot)
    throw new ConfigurationError('bios and flash cannot be booted at the same time');
  if ('kernel' in boot) checkKernel(boot);
  else if ('bios' in boot) atOption('bios', () => checkImage('boot.bios', boot.bios));
  return boot;
}

function checkKernel(boot: KernelBoot): void {
  for (const name of ['kernel', 'bios', 'initrd'] as const)
    atOption(name, () => {
      if (name === 'kernel' || boot[name] !== undefined) checkImage(`boot.${name}`, boot[name]!);
    });
  for (const name of ['append', 'kernelName', 'initrdName'] as const)
    atOption(name, () => checkCommandLine(`boot.${name}`, boot[name]));
  if (boot.modules !== undefined) atOption('modules', () => checkModules(boot.modules!));
}

function checkCommandLine(name: string, text: string | undefined): void {
  checkText(name, text);
  if (text?.includes('\0')) throw new ConfigurationError(`${name} holds a NUL, which ends a command line`);
}

function checkModules(modules: readonly KernelModule[]): void {
  if (!Array.isArray(modules)) throw new ConfigurationError(`boot.modules is ${shown(modules)}; it must be a list`);
  for (const [n, module] of modules.entries()) atOption(n, () => checkModule(`boot.modules[${n}]`, module));
}

function checkModule(option: string, module: KernelModule): void {
  checkNames(option, module, ['image', 'string']);
  atOption('image', () => checkImage(`${option}.image`, module.image));
  atOption('string', () => checkCommandLine(`${option}.string`, module.string));
}

/** The firmware that a machine with these options starts with; null: what is in a flash chip; undefined: a kernel is started without any. */
export function firmwareOf(options: Pick<MachineOptions, 'boot' | 'vga' | 'drives'>): Image | null | undefined {
  const boot = bootOf(options);
  if ('demo' in boot) return undefined;
  if ('flash' in boot) return null;
  return boot.bios ?? ((options.vga ?? 'none') === 'none' ? undefined : 'rawiron');
}

/** Without firmware nobody would set the adapter up. */
export function vgaOf(options: Pick<MachineOptions, 'boot' | 'vga' | 'drives'>): DisplayModel | 'none' {
  return options.vga ?? (firmwareOf(options) === undefined ? 'none' : 'std');
}

function checkVideoBios({ vga, videoBios }: MachineOptions): void {
  if (videoBios === undefined) return;
  checkImage('videoBios', videoBios);
  if (vga === 'none') throw new ConfigurationError("videoBios is for a display adapter; leave out vga: 'none'");
}
