import type { BootModule } from '../../runtime/firmware/load/index.ts';
import type { DisplayModel } from '../../runtime/machine/catalogue/displays.ts';
import type { Firmware, Host, OwnFirmware, VideoFirmware } from '../host.ts';
import type { MachineConfig } from '../machine-core.ts';
import {
  bootOf,
  firmwareOf,
  type KernelBoot,
  type KernelModule,
  type MachineOptions,
  vgaOf,
} from '../options/options.ts';
import { atOption, ConfigurationError, messageOf } from '../util/errors.ts';
import { type Image, loadImage } from '../util/image.ts';
import type { FilesOptions, StartFiles } from './start-files.ts';

/**
 * The images that a machine starts with: those that it boots, the display adapter's video BIOS, and the firmware's loader of a
 * kernel.
 */
export type StartImages = Pick<MachineConfig, 'boot' | 'videoRom' | 'kernelLoader'> & StartFiles;

/** Which video BIOS belongs to which display adapter. */
const videoBiosNames: Readonly<Record<DisplayModel, keyof VideoFirmware>> = {
  std: 'videoBios',
  cirrus: 'cirrusVideoBios',
  vmware: 'vmwareVideoBios',
};

/** The functions of the host by which images are read. */
export type ImageHost = Pick<Host, 'readFile' | 'seabios' | 'ipxe' | 'keep'>;

/**
 * The images that a machine starts with.
 * @throws ConfigurationError for files that cannot be read
 */
export async function loadImages(
  options: Pick<MachineOptions, 'boot' | 'drives' | 'vga' | 'videoBios' | 'firmwareFiles' | 'memoryContents'>,
  host: ImageHost,
): Promise<StartImages> {
  const boot = bootOf(options);
  const name = firmwareOf(options);
  const kernel = 'kernel' in boot ? await atOption('boot', () => loadKernel(boot, host)) : undefined;
  // Also where nothing runs it: a file that isn't there is a mistake.
  const { videoBios } = options;
  const given =
    videoBios === undefined ? undefined : await atOption('videoBios', () => loadImage('video BIOS', videoBios, host));
  const files = await loadFiles(options, host);
  if (name === undefined) return { boot: kernel ?? { demo: true }, ...files };
  const firmware = name === null ? await ownFirmware(host) : await loadFirmware(name, host);
  const kernelLoader = kernel && (await ownFirmware(host)).kernelLoader;
  const vga = vgaOf(options);
  return {
    boot: { ...kernel, ...(name === null ? { flash: true } : { bios: firmware.bios }) },
    ...(kernelLoader && { kernelLoader }),
    ...(vga !== 'none' && { videoRom: given ?? firmware[videoBiosNames[vga]] }),
    ...files,
  };
}

/** Few machines have such files: what reads them is a module of its own, for pages. */
async function loadFiles(options: FilesOptions, host: ImageHost): Promise<StartFiles> {
  if (options.firmwareFiles === undefined && options.memoryContents === undefined) return {};
  return await (await import('./start-files.ts')).loadStartFiles(options, host);
}

/** In packages and pages its images are a large module, which only machines with firmware need. */
async function ownFirmware(host: ImageHost): Promise<OwnFirmware> {
  return (await import('./firmware.ts')).ownFirmware(host);
}

async function loadKernel(boot: KernelBoot, host: ImageHost) {
  const { kernel, kernelName = nameOf(kernel), initrd, initrdName = nameOf(initrd), modules, append } = boot;
  return {
    kernel: await atOption('kernel', () => loadImage('kernel', kernel, host)),
    ...(kernelName !== undefined && { kernelName }),
    ...(initrd !== undefined && { initrd: await atOption('initrd', () => loadImage('initrd', initrd, host)) }),
    ...(initrdName !== undefined && { initrdName }),
    ...(modules && { modules: await atOption('modules', () => loadModules(modules, host)) }),
    ...(append !== undefined && { append }),
  };
}

async function loadModules(modules: readonly KernelModule[], host: ImageHost): Promise<BootModule[]> {
  return await Promise.all(modules.map((module, n) => atOption(n, () => loadModule(module, host))));
}

async function loadModule({ image, string = nameOf(image) }: KernelModule, host: ImageHost): Promise<BootModule> {
  return {
    image: await atOption('image', () => loadImage('module', image, host)),
    ...(string !== undefined && { string }),
  };
}

/** The name of a file's image, as it was given. */
function nameOf(image: Image | undefined): string | undefined {
  return typeof image === 'string' ? image : undefined;
}

/** A system BIOS that is so named, and the video BIOS that goes with it. */
async function loadFirmware(name: Image, host: ImageHost): Promise<Firmware> {
  const atBios = <Result>(load: () => Promise<Result>) => atOption('boot', () => atOption('bios', load));
  if (name === 'seabios') return await atBios(() => seabios(host));
  const own = await ownFirmware(host);
  return name === 'rawiron' ? own : { ...own, bios: await atBios(() => loadImage('BIOS image', name, host)) };
}

async function seabios(host: ImageHost): Promise<Firmware> {
  try {
    return await host.seabios();
  } catch (error) {
    const why = messageOf(error).replace(/\s+/g, ' ');
    throw new ConfigurationError(`cannot get SeaBIOS (${why}); give the path of its image as bios`);
  }
}
