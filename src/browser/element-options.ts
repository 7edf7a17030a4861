import type { CardModel } from '../../runtime/machine/catalogue/network.ts';
import type { SoundCardModel } from '../../runtime/machine/catalogue/sound.ts';
import type { UsbInput } from '../../runtime/machine/catalogue/usb.ts';
import { type DriveOptions, driveName } from '../drives/options.ts';
import type { KeyboardLayout } from '../input/layout.ts';
import type { NetworkBackendOptions } from '../network/options.ts';
import type { Boot, MachineOptions } from '../options/options.ts';
import type { ShareOptions } from '../shares/options.ts';
import { isHttp } from '../storage/http/address.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { Image } from '../util/image.ts';
import { blobOf, type Download, fileAt, get } from './download.ts';
import { browserStorage } from './storage.ts';

/** Names of images of drives, and the drives. */
const driveOptions = {
  fda: { interface: 'floppy', index: 0 },
  fdb: { interface: 'floppy', index: 1 },
  hda: { index: 0 },
  hdb: { index: 1 },
  cdrom: { index: 2, media: 'cdrom' },
} as const satisfies Readonly<Record<string, DriveOptions>>;

type DriveName = keyof typeof driveOptions;
/** The name of an option that can hold an image: a drive, or an image that is booted without one. */
export type ImageName = DriveName | 'kernel' | 'initrd' | 'bios';
/** All that is said of a machine by a word or a number. */
export const settingNames = [
  'memory',
  'cpu',
  'boot',
  'demo',
  'append',
  'network',
  'card',
  'sound',
  'usb',
  'keyboard',
  'folder',
] as const;
export type SettingName = (typeof settingNames)[number];
/** All places of images. */
export const imageNames: readonly ImageName[] = [
  ...(['kernel', 'initrd', 'bios'] as const),
  ...(Object.keys(driveOptions) as DriveName[]),
];
/** All that describes a machine in an element's attributes, or in the address of a page. */
export const machineNames: readonly (ImageName | SettingName)[] = [...settingNames, ...imageNames];

/** The place of the drive that is called so (`driveName`), if it is one of these. */
export function placeOf(drive: string): ImageName | undefined {
  const names = Object.keys(driveOptions) as DriveName[];
  return names.find((name) => driveName(driveOptions[name]) === drive);
}

/** Where a machine is described. */
export interface MachineDescription {
  /** Undefined: nothing is said of it. */
  setting(name: SettingName): string | undefined;
  /** Undefined: there is none. Rejects if it cannot be had. */
  image(name: ImageName): Promise<Image> | undefined;
}

/**
 * The options of a machine that is described by names: `memory`, `cpu`, `demo`, `kernel` with `initrd` and `append`, `bios`, `fda`,
 * `fdb`, `hda`, `hdb`, `cdrom`, `boot` with the letters of the boot order, `network` with `card`, the card for `sound`, `usb` with what is plugged in
 * there, separated by commas, `keyboard` with the layout that the guest has, and `folder` with the address of a packed folder.
 * @throws ConfigurationError for an image that cannot be had, or a network that cannot be
 */
export async function describedOptions(description: MachineDescription): Promise<MachineOptions> {
  const setting = (name: SettingName) => description.setting(name);
  const [memory, cpu, order, sound, usb] = (['memory', 'cpu', 'boot', 'sound', 'usb'] as const).map(setting);
  const [keyboard, folder] = [setting('keyboard'), setting('folder')];
  const [boot, drives] = await Promise.all([bootOf(description), drivesOf(description)]);
  return {
    ...(memory !== undefined && { memory }),
    ...(cpu !== undefined && { cpu }),
    ...(order !== undefined && { bootOrder: { order } }),
    ...(boot && { boot }),
    ...(drives.length > 0 && { drives }),
    ...describedNetwork(description),
    // What is none, of these, is refused by its name.
    ...(keyboard !== undefined && { keyboardLayout: keyboard as KeyboardLayout }),
    ...(usb !== undefined && { usb: usb.split(',') as UsbInput[] }),
    ...(folder !== undefined && { shares: [describedFolder(folder)] }),
    ...(sound !== undefined && sound !== 'none' && { soundCards: [sound as SoundCardModel] }),
  };
}

/** The tag by which the guest mounts a described folder, as in v86, so that its command lines fit. */
const FOLDER_TAG = 'host9p';

/** The share for a folder of a web server, which `rawiron pack` has made. */
function describedFolder(address: string): ShareOptions {
  const folder = address.endsWith('/') ? address : `${address}/`;
  return { tag: FOLDER_TAG, server: { index: `${folder}index.json`, contents: `${folder}contents/` } };
}

/**
 * The card that a machine has, if `network` says to what it is connected: `user`, `channel` or `channel:NAME`, or the address of a
 * relay (`wss:…` or `wisps:…`).
 * @throws ConfigurationError if it says something else
 */
function describedNetwork({ setting }: Pick<MachineDescription, 'setting'>): Pick<MachineOptions, 'network'> {
  const [network, card] = [setting('network'), setting('card')];
  if (network === undefined) return {};
  const backend = backendOf(network);
  // Others there may be made by the same description. A user-mode network has one machine.
  const mac = isOwn(backend) ? undefined : randomMac();
  // A card that is none is refused by its name.
  const model = card as CardModel | undefined;
  return { network: [{ backend, ...(mac !== undefined && { mac }), ...(model !== undefined && { card: model }) }] };
}

function isOwn({ type }: NetworkBackendOptions): boolean {
  return type === 'user' || type === 'wisp';
}

/** An address that its owner has chosen itself (IEEE 802, 8.4: the second bit of the first byte). */
function randomMac(): string {
  const bytes = [...crypto.getRandomValues(new Uint8Array(3))];
  return `52:54:00:${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
}

function backendOf(network: string): NetworkBackendOptions {
  if (network === 'user') return { type: 'user' };
  if (/^wisps?:/.test(network)) return { type: 'wisp', url: network };
  if (/^wss?:/.test(network)) return { type: 'websocket', url: network };
  const [, name] = /^channel(?::(.+))?$/.exec(network) ?? [null];
  if (name === null)
    throw new ConfigurationError(
      `network is '${network}'; it is user, channel, channel:NAME, or a relay's address (wss:… or wisps:…)`,
    );
  return { type: 'channel', ...(name !== undefined && { name }) };
}

async function bootOf(description: MachineDescription): Promise<Boot | undefined> {
  const [kernel, initrd, bios] = await Promise.all(
    (['kernel', 'initrd', 'bios'] as const).map((name) => description.image(name)),
  );
  const append = description.setting('append');
  if (kernel !== undefined)
    return { kernel, ...(initrd !== undefined && { initrd }), ...(append !== undefined && { append }) };
  if (bios !== undefined) return { bios };
  return description.setting('demo') === undefined ? undefined : { demo: true };
}

/** The drives of a description. Files on a web server can only be read, so the guest's changes are discarded. */
async function drivesOf(description: MachineDescription): Promise<DriveOptions[]> {
  const drives = Object.entries(driveOptions).map(async ([name, drive]) => {
    const image = await description.image(name as ImageName);
    const snapshot = typeof image === 'string' && isHttp(image);
    return image === undefined ? [] : [{ ...drive, image, ...(snapshot && { snapshot }) }];
  });
  return (await Promise.all(drives)).flat();
}

/** Drives whose images are large. */
const readInParts: readonly ImageName[] = ['hda', 'hdb', 'cdrom'];

/**
 * The image at an address: the address itself where it is for a disk or a CD and the server sends parts of it, otherwise its bytes.
 * @throws ConfigurationError
 */
export async function imageAt(name: ImageName, url: string, download: Download = {}): Promise<Blob | string> {
  if (!readInParts.includes(name)) return await fileAt(url, download);
  const first = await get(url, download, { range: 'bytes=0-0' });
  if (first.status !== 206) return await blobOf(first, url, download);
  await first.body?.cancel();
  const { headers } = first;
  // Of another server the page sees only what that allows.
  const hasParts = headers.has('content-range') && !headers.has('content-encoding');
  return hasParts ? await browserStorage.identify(url) : await fileAt(url, download);
}
