import type { DriveOptions, KernelBoot, MachineOptions } from '../common.ts';
import type { Wanted } from './images.ts';
import type {
  BootOrder,
  ConsoleConfig,
  FilesystemConfig,
  ScreenConfig,
  V86NetworkDevice,
  V86Options,
} from './types.ts';

/** Where an image goes: to a drive, to the kernel that is booted, to firmware, or it is a state. */
export type ImagePlace =
  | { readonly drive: DriveOptions }
  | { readonly boot: keyof KernelBoot }
  | { readonly firmware: 'bios' | 'videoBios' }
  | { readonly state: true };

/** An image, which is loaded, and goes somewhere. */
interface ImageRow {
  readonly kind: 'image';
  readonly wanted: Wanted;
  readonly place: ImagePlace;
}

/** The way an option of v86 is handled. */
export type OptionRow<Value> =
  | ImageRow
  /** It is an option of the library. `problem` tells what is wrong with it. */
  | {
      readonly kind: 'setting';
      readonly to: (value: Value) => Partial<MachineOptions>;
      readonly problem?: (value: Value) => string | undefined;
    }
  /** The adapter itself does it: it connects what the machine has. */
  | { readonly kind: 'adapter'; readonly problem?: (value: Value) => string | undefined }
  /** It changes nothing that a guest or a program could rely on. */
  | { readonly kind: 'without effect' }
  /** It cannot be had; the text says what to do. */
  | { readonly kind: 'refused'; readonly instead: string };

/** A row for each option. */
type OptionTable = { readonly [Name in keyof V86Options]-?: OptionRow<NonNullable<V86Options[Name]>> };

const MEGABYTE = 1 << 20;

const withoutEffect = { kind: 'without effect' } as const;
const adapter = { kind: 'adapter' } as const;
const inDrive = (drive: DriveOptions, wanted: Wanted) => ({ kind: 'image', wanted, place: { drive } }) as const;
const booted = (boot: keyof KernelBoot) => ({ kind: 'image', wanted: 'whole', place: { boot } }) as const;
const firmware = (name: 'bios' | 'videoBios') =>
  ({ kind: 'image', wanted: 'whole', place: { firmware: name } }) as const;

/** Images in the order in which they are loaded. */
export const imageNames = [
  ...(['bios', 'vga_bios', 'cdrom', 'hda', 'hdb', 'fda', 'fdb'] as const),
  ...(['initial_state', 'multiboot', 'bzimage', 'initrd'] as const),
] as const;
/** An option that names an image. */
export type ImageName = (typeof imageNames)[number];

/** The handling of each of v86's options. docs/v86.md has the same for people. */
export const optionTable: OptionTable = {
  wasm_path: withoutEffect,
  wasm_fn: withoutEffect,
  memory_size: { kind: 'setting', to: (bytes) => ({ memory: bytes / MEGABYTE }), problem: memoryProblem },
  vga_memory_size: withoutEffect,
  autostart: adapter,
  disable_keyboard: adapter,
  disable_mouse: adapter,
  disable_speaker: adapter,
  bios: firmware('bios'),
  vga_bios: firmware('videoBios'),
  hda: inDrive({ interface: 'ide', index: 0 }, 'in parts'),
  hdb: inDrive({ interface: 'ide', index: 1 }, 'in parts'),
  fda: inDrive({ interface: 'floppy', index: 0 }, 'whole'),
  fdb: inDrive({ interface: 'floppy', index: 1 }, 'whole'),
  cdrom: inDrive({ interface: 'ide', index: 2, media: 'cdrom' }, 'in parts'),
  bzimage: booted('kernel'),
  cmdline: adapter,
  initrd: booted('initrd'),
  bzimage_initrd_from_filesystem: adapter,
  multiboot: booted('kernel'),
  initial_state: { kind: 'image', wanted: 'whole', place: { state: true } },
  preserve_mac_from_state_image: withoutEffect,
  filesystem: { kind: 'adapter', problem: filesystemProblem },
  serial_container: adapter,
  serial_container_xtermjs: adapter,
  serial_console: { kind: 'adapter', problem: consoleProblem },
  virtio_console: { kind: 'adapter', problem: consoleProblem },
  screen_container: adapter,
  screen: { kind: 'adapter', problem: screenProblem },
  acpi: { kind: 'setting', to: (acpi) => ({ acpi }) },
  log_level: withoutEffect,
  boot_order: { kind: 'adapter', problem: orderProblem },
  fastboot: withoutEffect,
  bootmenu: adapter,
  virtio_balloon: { kind: 'setting', to: (balloon) => ({ balloon }) },
  cpuid_level: { kind: 'setting', to: (level) => ({ cpu: processors[level]! }), problem: processorProblem },
  disable_jit: { kind: 'setting', to: (isOff) => (isOff ? { engine: 'interpreter' } : {}) },
  network_relay_url: adapter,
  net_device: { kind: 'adapter', problem: networkProblem },
  uart1: withoutEffect,
  uart2: withoutEffect,
  uart3: withoutEffect,
  parallel1: {
    kind: 'refused',
    instead: 'there is one parallel port, LPT1, whose bytes are the event parallel0-data-output',
  },
};

/** The row for an image. */
export function imageRow(name: ImageName): ImageRow {
  // Of the names of images no row is of another kind.
  return optionTable[name] as OptionRow<never> & ImageRow;
}

/** Processors by their last leaf of CPUID. */
const processors: Readonly<Record<number, string>> = { 1: 'pentium', 2: 'pentium3', 3: 'pentium3' };

function processorProblem(level: number): string | undefined {
  return Object.hasOwn(processors, level) ? undefined : `it must be ${Object.keys(processors).join(', ')}, or left out`;
}

/** How much is too much the library says. */
function memoryProblem(bytes: number): string | undefined {
  if (bytes > 0 && Number.isInteger(bytes / MEGABYTE)) return undefined;
  return `${bytes} is not a number of whole megabytes; it is in bytes, such as 64 * 1024 * 1024`;
}

/** Devices by the digits of a boot order. */
const bootDevices: Readonly<Record<number, string>> = { 1: 'a', 2: 'c', 3: 'd' };

/** The letters of a boot order, whose last digit comes first. */
export function bootLetters(order: BootOrder | number): string {
  return [order & 15, (order >> 4) & 15, order >> 8].map((digit) => bootDevices[digit] ?? '').join('');
}

function orderProblem(order: number): string | undefined {
  const isOrder = order === 0 || [...bootLetters(order)].toSorted().join('') === 'acd';
  return isOrder ? undefined : 'it must have the digits 1 (floppy), 2 (hard disk) and 3 (CD), such as 0x213';
}

function filesystemProblem({ handle9p, proxy_url, basefs, baseurl }: FilesystemConfig): string | undefined {
  if (handle9p !== undefined)
    return 'handle9p is not here: the files are those of create_file, or of a web server (basefs)';
  if (proxy_url !== undefined) return 'proxy_url is not here: the files are those of create_file, or of a web server';
  if (basefs !== undefined && baseurl === undefined) return 'basefs needs baseurl';
  if (basefs === undefined && baseurl !== undefined) return 'baseurl needs basefs, with a state too';
  return undefined;
}

function screenProblem({ ansi, encoding }: ScreenConfig): string | undefined {
  if (ansi) return 'ansi is not here: the command line shows the screen on a terminal (-display terminal)';
  if (encoding !== undefined && encoding !== 'cp437') return `encoding '${encoding}' is not here; leave it out`;
  return undefined;
}

function consoleProblem(config: ConsoleConfig | boolean): string | undefined {
  if (typeof config === 'boolean' || ['textarea', 'xtermjs', 'none'].includes(config.type)) return undefined;
  return "type must be 'textarea', 'xtermjs' or 'none'";
}

function networkProblem({ type = 'ne2k', cors_proxy, mtu = 1500, ...addresses }: V86NetworkDevice): string | undefined {
  if (type !== 'ne2k' && type !== 'virtio') return `type is '${type}'; it must be 'ne2k' or 'virtio'`;
  if (cors_proxy !== undefined) return 'cors_proxy is not here; a relay of the wisp protocol reaches all servers';
  for (const name of ['router_ip', 'vm_ip'] as const) {
    const { [name]: address = '192.168.86.1' } = addresses;
    if (!/^\d+(\.\d+){3}$/.test(address)) return `${name} is '${address}'; it must be an address such as 192.168.86.1`;
  }
  return mtu === 1500 ? undefined : 'mtu must be 1500, or left out';
}
