import { ROM_FOLDER } from '../../runtime/machine/board-files.ts';
import type { MemoryContent } from '../../runtime/machine/boot.ts';
import type { Host } from '../host.ts';
import type { MachineConfig } from '../machine-core.ts';
import type { MemoryContentOptions } from '../options/memory-contents.ts';
import type { MachineOptions } from '../options/options.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import { type Image, loadImage } from '../util/image.ts';

/** Files for the firmware, and what is in memory before the first instruction. */
export type StartFiles = Pick<MachineConfig, 'firmwareFiles' | 'memoryContents'>;

/** The options that give them. */
export type FilesOptions = Pick<MachineOptions, 'firmwareFiles' | 'memoryContents'>;

type FilesHost = Pick<Host, 'readFile'>;

/**
 * The files that options give, read.
 * @throws ConfigurationError for files that cannot be read, and option ROMs that are none
 */
export async function loadStartFiles(options: FilesOptions, host: FilesHost): Promise<StartFiles> {
  const { memoryContents } = options;
  return {
    ...(await loadFirmwareFiles(options, host)),
    ...(memoryContents && {
      memoryContents: await atOption('memoryContents', () => loadMemoryContents(memoryContents, host)),
    }),
  };
}

async function loadFirmwareFiles(
  { firmwareFiles }: FilesOptions,
  host: FilesHost,
): Promise<Pick<StartFiles, 'firmwareFiles'>> {
  if (firmwareFiles === undefined) return {};
  const loading = Object.entries(firmwareFiles).map(async ([name, image]) => {
    const bytes = await atOption(name, () => loadFirmwareFile(name, image, host));
    return [name, bytes] as const;
  });
  return { firmwareFiles: Object.fromEntries(await atOption('firmwareFiles', () => Promise.all(loading))) };
}

async function loadFirmwareFile(name: string, image: Image, host: FilesHost): Promise<Uint8Array> {
  const bytes = await loadImage(`firmware file '${name}'`, image, host);
  if (name.startsWith(ROM_FOLDER)) checkOptionRom(name, image, bytes);
  return bytes;
}

async function loadMemoryContents(
  contents: readonly MemoryContentOptions[],
  host: FilesHost,
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
