import {
  type Boot,
  ConfigurationError,
  type DriveOptions,
  type Image,
  type KernelBoot,
  type MachineOptions,
  type NetworkBackend,
  type SharedFiles,
  type SnapshotBytes,
} from '../common.ts';
import type { V86Host } from './host.ts';
import { checkImage, type LoadEvents, openImage } from './images.ts';
import { cardOf, relayOf } from './network.ts';
import { bootLetters, type ImageName, imageNames, imageRow, type OptionRow, optionTable } from './option-table.ts';
import type { V86Options } from './types.ts';

/** The tag by which a guest mounts the folder. */
export const TAG = 'host9p';

/** The machine's properties where v86's options leave them out. */
const defaults = { memory_size: 64 << 20, acpi: false } satisfies V86Options;

/** Drives that are there without a medium too, as it may be put in later. */
const emptyDrives: readonly DriveOptions[] = [
  { interface: 'ide', index: 2, media: 'cdrom' },
  { interface: 'floppy', index: 0 },
  { interface: 'floppy', index: 1 },
];

type Name = keyof V86Options;

/**
 * Says at once what is wrong with options, before anything is loaded.
 * @throws ConfigurationError that names the option, and what to do
 */
export function checkOptions(options: V86Options): void {
  if (typeof options !== 'object' || options === null) throw new ConfigurationError('V86 takes an object of options');
  for (const [name, value] of given(options)) {
    const row = rowOf(name);
    if (row === undefined)
      throw new ConfigurationError(`unknown option '${name}'; they are: ${Object.keys(optionTable).join(', ')}`);
    if (row.kind === 'refused' && value) throw new ConfigurationError(`${name} is not here: ${row.instead}`);
    if (row.kind === 'image') checkImage(name, value as never);
    const problem = 'problem' in row && row.problem?.(value as never);
    if (problem) throw new ConfigurationError(`${name}: ${problem}`);
  }
  if (options.multiboot && options.bzimage)
    throw new ConfigurationError('multiboot and bzimage are both kernels; leave one of them out');
  if (options.bzimage_initrd_from_filesystem && !options.initial_state && options.filesystem?.basefs === undefined)
    throw new ConfigurationError('bzimage_initrd_from_filesystem needs filesystem with basefs and baseurl');
  relayOf(options);
}

const given = (options: V86Options) =>
  (Object.entries(options) as [Name, unknown][]).filter(([, value]) => value !== undefined && value !== null);
const rowOf = (name: Name): OptionRow<never> | undefined =>
  Object.hasOwn(optionTable, name) ? (optionTable[name] as OptionRow<never>) : undefined;

/** The plan of a machine: options of the library, or a state with the options that are to be changed. */
export type Plan =
  | { readonly options: MachineOptions }
  | { readonly state: SnapshotBytes; readonly changes: Partial<MachineOptions> };

/** Images by their places. */
class Draft {
  readonly drives: DriveOptions[] = [];
  readonly boot: { -readonly [Name in keyof KernelBoot]?: KernelBoot[Name] } = {};
  readonly firmware: { bios?: Image; videoBios?: Image } = {};
  state: SnapshotBytes | undefined;

  add(name: ImageName, image: Image): void {
    const { place } = imageRow(name);
    // What is at an address, or in a file, stays as it is.
    const kept = typeof image === 'string' ? { snapshot: true } : {};
    if ('drive' in place) this.drives.push({ ...place.drive, image, ...(place.drive.media !== 'cdrom' && kept) });
    else if ('boot' in place) Object.assign(this.boot, { [place.boot]: image });
    else if ('firmware' in place) this.firmware[place.firmware] = image;
    else this.state = image as SnapshotBytes;
  }

  /** The boot options: a kernel, by the BIOS that is given or our own; else firmware. */
  startOf(cmdline: string | undefined): Boot | undefined {
    const { bios } = this.firmware;
    const { kernel, ...rest } = this.boot;
    if (kernel === undefined) return bios === undefined ? undefined : { bios };
    return {
      ...{ kernel, ...rest, bios: bios ?? 'rawiron' },
      ...(cmdline !== undefined && { append: cmdline }),
    };
  }
}

/**
 * Loads the images, one after the other.
 * @throws ConfigurationError that names the option
 */
export async function planMachine(
  options: V86Options,
  network: NetworkBackend,
  host: V86Host,
  events: LoadEvents,
): Promise<Plan> {
  const draft = new Draft();
  for (const name of imageNames) {
    const { [name]: image } = options;
    if (image) draft.add(name, await openImage(name, image, imageRow(name).wanted, host, events));
  }
  const own = { network: [cardOf(options, network)], ...sharesOf(options) };
  const { state } = draft;
  if (state !== undefined) return { state, changes: { drives: draft.drives, ...restoredShares(own) } };
  if (options.bzimage_initrd_from_filesystem) await addKernel(draft, await host.openServerFolder(serverOf(options)!));
  return { options: machineOptions(options, draft, own) };
}

function machineOptions(options: V86Options, draft: Draft, own: Partial<MachineOptions>): MachineOptions {
  const boot = draft.startOf(options.cmdline);
  const { videoBios } = draft.firmware;
  const isTaken = ({ interface: bus, index }: DriveOptions) =>
    draft.drives.some((drive) => drive.interface === bus && drive.index === index);
  return {
    ...settingsOf({ ...defaults, ...Object.fromEntries(given(options)) }),
    ...own,
    vga: 'std',
    shutdown: 'pause',
    drives: [...draft.drives, ...emptyDrives.filter((drive) => !isTaken(drive))],
    bootOrder: bootOrderOf(options),
    ...(options.virtio_console && { virtioPorts: [{ console: true }] }),
    ...(boot && { boot }),
    ...(videoBios !== undefined && { videoBios }),
  };
}

function settingsOf(options: V86Options): Partial<MachineOptions> {
  const settings = given(options).map(([name, value]) => {
    const row = rowOf(name);
    return row?.kind === 'setting' ? row.to(value as never) : {};
  });
  return Object.assign({}, ...settings);
}

/** As in v86 a floppy is booted first where there is one, else a hard disk. */
function bootOrderOf({ boot_order, bootmenu = false, fda, hda }: V86Options): NonNullable<MachineOptions['bootOrder']> {
  return { order: bootLetters(boot_order || (fda ? 0x321 : hda ? 0x312 : 0x123)), menu: bootmenu };
}

const serverOf = ({ filesystem }: V86Options) => {
  const { basefs, baseurl } = filesystem ?? {};
  if (basefs === undefined || baseurl === undefined) return undefined;
  return { index: typeof basefs === 'object' ? basefs.url : basefs, contents: baseurl };
};

function sharesOf(options: V86Options): Pick<MachineOptions, 'shares'> {
  if (!options.filesystem) return {};
  const server = serverOf(options);
  return { shares: [{ tag: TAG, ...(server ? { server } : { files: {} }) }] };
}

/**
 * The shares to give when a state is restored. A folder's contents in memory are in the state; the server of its files is not.
 */
function restoredShares({ shares, ...rest }: Partial<MachineOptions>): Partial<MachineOptions> {
  return shares?.some(({ server }) => server !== undefined) ? { ...rest, shares } : rest;
}

/** Names of kernels and initial RAM disks, in the folder itself or in /boot. */
const kernelNames = { kernel: /vmlinuz|bzimage/i, initrd: /initrd|initramfs/i } as const;
/** Names of kernels that are kept besides the present ones. */
const OLD = /old|fallback/i;

/** @throws ConfigurationError if there is none */
async function addKernel(draft: Draft, files: SharedFiles): Promise<void> {
  const folders = await Promise.all(['', 'boot'].map(async (folder) => await namesIn(files, folder)));
  for (const part of ['kernel', 'initrd'] as const) {
    const found = folders.flat().filter((path) => kernelNames[part].test(path));
    const path = found.findLast((one) => !OLD.test(one)) ?? found.at(0);
    if (path === undefined)
      throw new ConfigurationError(`bzimage_initrd_from_filesystem: there is no ${part} in / and /boot of the folder`);
    draft.boot[part] = await files.readFile(path);
  }
}

async function namesIn(files: SharedFiles, folder: string): Promise<string[]> {
  const entries = await files.list(folder).catch(() => []);
  return entries.filter(({ kind }) => kind === 'file').map(({ name }) => (folder === '' ? name : `${folder}/${name}`));
}
