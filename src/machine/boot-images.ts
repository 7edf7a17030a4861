import type { BootModule } from '../../runtime/firmware/load/index.ts';
import { ROM_FOLDER } from '../../runtime/machine/board-files.ts';
import type { MemoryContent } from '../../runtime/machine/boot.ts';
import type { DisplayModel } from '../../runtime/machine/catalogue/displays.ts';
import type { Firmware, Host, OwnFirmware, VideoFirmware } from '../host.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { MemoryContentOptions } from '../options/memory-contents.ts';
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

/**
 * The images that a machine starts with: those that it boots, the display adapter's video BIOS, and the firmware's loader of a
 * kernel.
 */
export type StartImages = Pick<
  MachineConfig,
  'boot' | 'videoRom' | 'kernelLoader' | 'firmwareFiles' | 'memoryContents'
>;

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
  const { memoryContents } = options;
  const files = {
    ...(await loadFirmwareFiles(options, host)),
    ...(memoryContents && {
      memoryContents: await atOption('memoryContents', () => loadMemoryContents(memoryContents, host)),
    }),
  };
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

async function loadFirmwareFiles(
  { firmwareFiles }: Pick<MachineOptions, 'firmwareFiles'>,
  host: ImageHost,
): Promise<Pick<StartImages, 'firmwareFiles'>> {
  if (firmwareFiles === undefined) return {};
  const loading = Object.entries(firmwareFiles).map(async ([name, image]) => {
    const bytes = await atOption(name, () => loadFirmwareFile(name, image, host));
    return [name, bytes] as const;
  });
  return { firmwareFiles: Object.fromEntries(await atOption('firmwareFiles', () => Promise.all(loading))) };
}

async function loadFirmwareFile(name: string, image: Image, host: ImageHost): Promise<Uint8Array> {
  const bytes = await loadImage(`firmware file '${name}'`, image, host);
  if (name.startsWith(ROM_FOLDER)) checkOptionRom(name, image, bytes);
  return bytes;
}

async function loadMemoryContents(
  contents: readonly MemoryContentOptions[],
  host: Pick<Host, 'readFile'>,
): Promise<readonly MemoryContent[]> {
  return await Promise.all(
    contents.map(async ({ image, address = 0, ...others }, n) => {
      const load = (from: Image) => atOption('image', () => loadImage('image for the memory', from, host));
      return {
        image: image === undefined ? new Uint8Array() : await atOption(n, () => load(image)),
        ...{ address, ...others },
      };
    }),
  );
}

/** Firmware leaves out what has not the mark of an option ROM, without a word. */
function checkOptionRom(name: string, image: Image, bytes: Uint8Array): void {
  const [first, second] = bytes;
  if (first === 0x55 && second === 0xaa) return;
  const rom = typeof image === 'string' ? `${image}: the option ROM` : `the option ROM '${name}'`;
  const start = Array.from(bytes.subarray(0, 2), (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
  const what = start === '' ? 'is empty' : `begins with ${start}`;
  throw new ConfigurationError(`${rom} ${what}; an option ROM begins with 55 AA`);
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
