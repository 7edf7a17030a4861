import { ConfigurationError, messageOf } from './errors.ts';
import type { Firmware, Host } from './host.ts';
import type { MachineConfig } from './machine-core.ts';
import { type Boot, bootOf, type Image, type MachineOptions } from './options.ts';

/** What a machine starts with, and the display adapter's video BIOS. */
export type StartImages = Pick<MachineConfig, 'boot' | 'videoRom'>;

/** What it takes to get them. */
export type ImageHost = Pick<Host, 'readFile' | 'seabios'>;

/**
 * The images that a machine starts with.
 * @throws ConfigurationError for files that cannot be read
 */
export async function loadImages(
  options: Pick<MachineOptions, 'boot' | 'vga' | 'videoBios'>,
  host: ImageHost,
): Promise<StartImages> {
  const { vga, videoBios } = options;
  const images = await bootImages(bootOf(options), host);
  if (vga === 'none') return { boot: images.boot };
  if (videoBios === undefined) return images;
  return { ...images, videoRom: await loadImage('video BIOS', videoBios, host) };
}

async function bootImages(boot: Boot, host: ImageHost): Promise<StartImages> {
  if ('demo' in boot) return { boot: { demo: true } };
  if ('bios' in boot) {
    const { bios, videoBios } = await firmware(boot.bios, host);
    return { boot: { bios }, videoRom: videoBios };
  }
  const kernel = await loadImage('kernel', boot.kernel, host);
  const initrd = boot.initrd === undefined ? undefined : await loadImage('initrd', boot.initrd, host);
  return { boot: { kernel, ...(initrd && { initrd }), ...(boot.append !== undefined && { append: boot.append }) } };
}

/** Assembling takes a moment, so only machines that need it do. */
async function firmware(bios: Image, host: ImageHost): Promise<Firmware> {
  if (bios === 'seabios') return await seabios(host);
  const own = await import('./firmware.ts');
  return {
    bios: bios === 'rawiron' ? own.bios() : await loadImage('BIOS image', bios, host),
    videoBios: own.videoBios(),
  };
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
