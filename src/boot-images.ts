import { ConfigurationError, messageOf } from './errors.ts';
import type { Host } from './host.ts';
import type { BootImages, MachineConfig } from './machine-core.ts';
import type { Boot, Image, MachineOptions } from './options.ts';

/** The firmware that the host knows by name. */
const SEABIOS = 'seabios';

/** What a machine starts with, and the display adapter's video BIOS. */
export type StartImages = Pick<MachineConfig, 'boot' | 'videoRom'>;

/** What it takes to get them. */
export type ImageHost = Pick<Host, 'readFile' | 'seabios'>;

/**
 * The images that a machine starts with.
 * @throws ConfigurationError for files that cannot be read
 */
export async function loadImages(
  { boot, videoBios }: Pick<MachineOptions, 'boot' | 'videoBios'>,
  host: ImageHost,
): Promise<StartImages> {
  const images = await bootImages(boot, host);
  const given = videoBios === undefined ? undefined : await loadImage('video BIOS', videoBios, host);
  const videoRom = given ?? images.videoRom;
  return { boot: images.boot, ...(videoRom && { videoRom }) };
}

async function bootImages(boot: Boot, host: ImageHost): Promise<{ boot: BootImages; videoRom?: Uint8Array }> {
  if ('demo' in boot) return { boot: { demo: true } };
  if ('bios' in boot && boot.bios === SEABIOS) {
    const { bios, videoBios } = await seabios(host);
    return { boot: { bios }, videoRom: videoBios };
  }
  if ('bios' in boot) return { boot: { bios: await loadImage('BIOS image', boot.bios, host) } };
  const kernel = await loadImage('kernel', boot.kernel, host);
  const initrd = boot.initrd === undefined ? undefined : await loadImage('initrd', boot.initrd, host);
  return { boot: { kernel, ...(initrd && { initrd }), ...(boot.append !== undefined && { append: boot.append }) } };
}

async function seabios(host: ImageHost) {
  try {
    return await host.seabios();
  } catch (error) {
    const why = messageOf(error).replace(/\s+/g, ' ');
    throw new ConfigurationError(`cannot get SeaBIOS (${why}); give the path of its image as bios`);
  }
}

async function loadImage(what: string, image: Image, host: ImageHost): Promise<Uint8Array> {
  // A subclass such as Buffer may differ in what its methods do.
  if (typeof image !== 'string') return new Uint8Array(image.buffer, image.byteOffset, image.byteLength);
  try {
    return await host.readFile(image);
  } catch (error) {
    throw new ConfigurationError(`cannot read the ${what} ${image}: ${messageOf(error)}`);
  }
}
