import { checkArray, checkedBoolean, checkedInteger, checkNames } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';
import { checkImage, type Image } from '../util/image.ts';

/** Bytes to put into a machine's memory whenever it is reset, as QEMU's generic loader does. */
export interface MemoryContentOptions {
  /**
   * The image to put there; the segments of an ELF file go to addresses of their own. Left out: a processor begins at the
   * address.
   */
  readonly image?: Image;
  /** The physical address. Default: 0. */
  readonly address?: number;
  /** An ELF file, too, is put there as it is. Default: false. */
  readonly raw?: boolean;
  /** EIP of this processor is the address, or the entry of an ELF file, then. Only that of the first one, 0, lasts: the others are told where to begin. */
  readonly processor?: number;
}

const names: readonly (keyof MemoryContentOptions)[] = ['image', 'address', 'raw', 'processor'];
/** The highest address of PAE. */
const LAST_ADDRESS = 2 ** 36 - 1;

/**
 * @param processors how many there are
 * @throws ConfigurationError
 */
export function checkMemoryContents(contents: readonly MemoryContentOptions[], processors: number): void {
  checkArray('memoryContents', contents);
  for (const [n, content] of contents.entries())
    atOption(n, () => checkContent(`memoryContents[${n}]`, content, processors));
}

function checkContent(option: string, content: MemoryContentOptions, processors: number): void {
  checkNames(option, content, names);
  const { image, address = 0, raw = false, processor } = content;
  if (image !== undefined) atOption('image', () => checkImage(`${option}.image`, image));
  atOption('address', () => checkedInteger(`${option}.address`, address, 0, LAST_ADDRESS));
  atOption('raw', () => checkedBoolean(`${option}.raw`, raw));
  if (image === undefined && processor === undefined)
    throw new ConfigurationError(`${option} has neither an image nor a processor that begins there`);
  if (processor !== undefined)
    atOption('processor', () => checkProcessor(`${option}.processor`, processor, processors));
}

function checkProcessor(option: string, processor: number, processors: number): void {
  checkedInteger(option, processor, 0, 0xffff);
  if (processor >= processors)
    throw new ConfigurationError(`Specified boot CPU#${processor} is nonexistent; there are ${processors} processors`);
}
