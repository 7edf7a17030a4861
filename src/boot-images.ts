import { ConfigurationError, messageOf } from './errors.ts';
import { ownFirmware } from './firmware.ts';
import type { Firmware, Host } from './host.ts';
import type { MachineConfig } from './machine-core.ts';
import { type Boot, bootOf, type Image, type MachineOptions } from './options.ts';

/** What a machine starts with, and the display adapter's video BIOS. */
export type StartImages = Pick<MachineConfig, 'boot' | 'videoRom'>;

/** What it takes to get them. */
export type ImageHost = Pick<Host, 'readFile' | 'seabios' | 'keep'>;

/**
 * The images that a machine starts with.
 * @throws ConfigurationError for files that cannot be read
 */
export async function loadImages(
  options: Pick<MachineOptions, 'boot' | 'vga' | 'videoBios'>,
  host: ImageHost,
): Promise<StartImages> {
  const { vga, videoBios } = options;
  const { boot, ownVideoBios } = await bootImages(bootOf(options), host);
  if (vga === 'none') return { boot };
  const videoRom = videoBios === undefined ? ownVideoBios : await loadImage('video BIOS', videoBios, host);
  return { boot, ...(videoRom && { videoRom }) };
}

/** What is booted, and the video BIOS that goes with it. */
interface Booted extends Pick<StartImages, 'boot'> {
  readonly ownVideoBios?: Uint8Array;
}

async function bootImages(boot: Boot, host: ImageHost): Promise<Booted> {
  if ('demo' in boot) return { boot: { demo: true } };
  if ('bios' in boot) return await bootFirmware(boot.bios, host);
  const kernel = await loadImage('kernel', boot.kernel, host);
  const initrd = boot.initrd === undefined ? undefined : await loadImage('initrd', boot.initrd, host);
  return { boot: { kernel, ...(initrd && { initrd }), ...(boot.append !== undefined && { append: boot.append }) } };
}

async function bootFirmware(name: Image, host: ImageHost): Promise<Booted> {
  if (name === 'seabios') {
    const { bios, videoBios } = await seabios(host);
    return { boot: { bios }, ownVideoBios: videoBios };
  }
  const own = await ownFirmware(host);
  const bios = name === 'rawiron' ? own.bios : await loadImage('BIOS image', name, host);
  return { boot: { bios }, ownVideoBios: own.videoBios };
}

async function seabios(host: ImageHost): Promise<Firmware> {
  try {
    return await host.seabios();
  } catch (error) {
    const why = messageOf(error).replace(/\s+/g, ' ');
    throw new ConfigurationError(`cannot get SeaBIOS (${why}); give the path of its image as bios`);
  }
}

/**
 * The bytes of an image.
 * @throws ConfigurationError for a file that cannot be read
 */
export async function loadImage(what: string, image: Image, host: Pick<Host, 'readFile'>): Promise<Uint8Array> {
  // A subclass such as Buffer may differ in what its methods do.
  if (typeof image !== 'string') return new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
  try {
    return await host.readFile(image);
  } catch (error) {
    throw new ConfigurationError(`cannot read the ${what} ${image}: ${messageOf(error)}`);
  }
}
