import type { CardConfig } from '../../runtime/machine/cards.ts';
import type { Saved } from '../../runtime/snapshot/describe.ts';
import type { DrivePlan } from '../drives/options.ts';
import type { StartImages } from '../machine/boot-images.ts';
import type { MachineParts } from '../machine/types.ts';
import { macText } from '../network/addresses.ts';
import { type OptionDifference, type OptionTexts, optionDifferences, optionTexts } from '../options/differences.ts';
import { optionsOf } from '../options/kinds.ts';
import type { MachineOptions } from '../options/options.ts';
import { isInMemory, type SharePlan } from '../shares/options.ts';
import { ConfigurationError } from '../util/errors.ts';
import { SnapshotError } from './layout.ts';

/** The name of a snapshot in messages: whoever has the bytes knows where they come from. */
export const NAME = 'the snapshot';

const bootParts = ['kernel', 'initrd', 'append', 'bios', 'flash', 'demo', 'kernelName', 'initrdName', 'modules'];
const driveParts = ['interface', 'index', 'media', 'serial', 'bootIndex', 'bus', 'port', 'device'];
const cardParts = ['card', 'mac', 'name', 'rom', 'bootIndex'];
const moduleParts = ['image', 'string'];
const contentParts = ['image', 'address', 'raw', 'processor'];
const imageParts = ['kernel', 'initrd', 'bios', 'rom', 'image'];

/** The parts of a machine besides its options. */
export interface SavedParts extends StartImages {
  readonly drives: readonly DrivePlan[];
  readonly cards: readonly CardConfig[];
  readonly shares: readonly SharePlan[];
}

/** The options with images in the place of their files' names. */
export function savedOptions(options: MachineOptions, saved: SavedParts): Saved {
  const { boot, videoRom, firmwareFiles, memoryContents, drives, cards, shares } = saved;
  return {
    ...lastingOf(options),
    boot: boot as Saved,
    ...(videoRom && { videoBios: videoRom }),
    ...(firmwareFiles && { firmwareFiles }),
    ...(memoryContents && { memoryContents: memoryContents.map((content) => partsOf(content, contentParts)) }),
    drives: drives.map((plan) => partsOf(plan, driveParts)),
    ...(shares.length > 0 && { shares: shares.map(savedShare) }),
    network: cards.map(({ model, mac, name, rom, bootIndex }) => ({
      ...{ card: model, mac: macText(mac), name },
      ...(rom && { rom }),
      ...(bootIndex !== undefined && { bootIndex }),
    })),
  };
}

/**
 * The other way round, from a file that anybody may have made. The values are checked where a machine is made of them.
 * @throws SnapshotError if there is a name where an image belongs
 */
export function restoredOptions(saved: Saved): MachineOptions {
  const parts = saved as Readonly<Record<string, Saved>>;
  const { boot, videoBios, firmwareFiles, memoryContents, drives = [], network = [], shares = [] } = parts;
  if (videoBios !== undefined && !(videoBios instanceof Uint8Array)) throw foreign('videoBios');
  if (firmwareFiles !== undefined && !isOfBytes(firmwareFiles)) throw foreign('firmwareFiles');
  const restored = {
    ...lastingOf(saved as object),
    boot: restoredBoot(boot),
    ...(videoBios && { videoBios }),
    ...(firmwareFiles && { firmwareFiles }),
    ...(memoryContents !== undefined && {
      memoryContents: listOf(memoryContents, 'memoryContents').map((content) =>
        imagesOf(content, contentParts, 'memoryContents'),
      ),
    }),
    drives: listOf(drives, 'drives').map((drive) => partsOf(drive as object, driveParts)),
    network: listOf(network, 'network').map((card) => imagesOf(card, cardParts, 'network')),
    shares: listOf(shares, 'shares').map(restoredShare),
  };
  return restored as unknown as MachineOptions;
}

function restoredBoot(saved: Saved | undefined): Record<string, Saved> {
  const boot = imagesOf(saved, bootParts, 'boot');
  if (boot.modules === undefined) return boot;
  const modules = listOf(boot.modules, 'boot.modules').map((module) => imagesOf(module, moduleParts, 'boot.modules'));
  return { ...boot, modules };
}

/** Folders of the host are of here and now. What is in memory is in the state. */
function savedShare({ tag, source, isReadOnly }: SharePlan): Saved {
  return { tag, ...(isInMemory(source) && { files: {}, readOnly: isReadOnly }) };
}

function restoredShare(saved: Saved): Record<string, Saved> {
  const share = partsOf(saved as object, ['tag', 'files', 'readOnly']);
  return 'files' in share ? { ...share, files: {} } : share;
}

/** A file that a recording goes to, or comes from, is of here and now. */
function lastingOf(options: object): Record<string, Saved> {
  const { icount, ...others } = partsOf(options, optionsOf('part', 'setting'));
  return { ...others, ...(isRecord(icount) && { icount: partsOf(icount, ['shift']) }) };
}

function partsOf(whole: object, names: readonly string[]): Record<string, Saved> {
  const given = Object.entries(whole) as [string, Saved | undefined][];
  return Object.fromEntries(given.filter(([name, value]) => names.includes(name) && value !== undefined)) as Record<
    string,
    Saved
  >;
}

function imagesOf(saved: Saved | undefined, names: readonly string[], what: string): Record<string, Saved> {
  if (!isRecord(saved)) throw foreign(what);
  const parts = partsOf(saved, names);
  const name = imageParts.find((part) => part in parts && !(parts[part] instanceof Uint8Array));
  if (name !== undefined) throw foreign(`${what}.${name}`);
  return parts;
}

function isOfBytes(saved: Saved): boolean {
  return isRecord(saved) && Object.values(saved).every((one) => one instanceof Uint8Array);
}

function listOf(saved: Saved, what: string): Saved[] {
  if (!Array.isArray(saved) || !saved.every(isRecord)) throw foreign(what);
  return saved;
}

function foreign(what: string): SnapshotError {
  return new SnapshotError(NAME, `'${what}' of its machine is not what a machine is made of`);
}

/** The options that decide the machine's parts, as texts. */
function devicesOf(options: MachineOptions): OptionTexts {
  return optionTexts(options, optionsOf('setting'));
}

/** Options, as a state has them, by which one machine has other parts than another. */
export function deviceDifferences(then: MachineOptions, now: MachineOptions): OptionDifference[] {
  return optionDifferences(devicesOf(then), devicesOf(now));
}

/**
 * A recording begins when the machine is turned on.
 * @throws ConfigurationError for a machine that cannot go on from a state
 */
export function checkUnrecorded({ icount: { record, replay } = { shift: 0 } }: Pick<MachineOptions, 'icount'>): void {
  if (record === undefined && replay === undefined) return;
  throw new ConfigurationError(
    'a machine that is recorded, or replays a recording, cannot go on from a snapshot; leave out record and replay',
  );
}

/**
 * All that a state has to hold must be here.
 * @throws ConfigurationError for a machine that can be neither saved nor forked nor moved
 */
export function checkWhole({ options, shares, parts }: Pick<MachineParts, 'options' | 'shares' | 'parts'>): void {
  shares.checkSavable();
  const missing = options.icount?.replay !== undefined && [...parts.drives, ...parts.shares].at(0);
  if (missing)
    throw new ConfigurationError(
      `${missing.name}: a replay has no images and folders, as what is read from them comes from the recording; it cannot be saved, forked or moved`,
    );
}

/** Whether it is an object with names. */
export function isRecord(saved: Saved | undefined): saved is { readonly [name: string]: Saved } {
  return typeof saved === 'object' && saved !== null && !Array.isArray(saved) && !(saved instanceof Uint8Array);
}
