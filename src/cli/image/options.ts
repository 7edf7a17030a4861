import { ConfigurationError } from '../../index.ts';
import type { ImageFormat } from '../../storage/formats.ts';
import { parseSize } from './size.ts';

/** Space that a new image takes beforehand: none, that of its metadata, or that of its contents, too. */
export type Preallocation = 'off' | 'metadata' | 'falloc' | 'full';

/** The options of a new image, as `-o` gives them. */
export interface ImageOptions {
  readonly clusterSize: number;
  readonly version: 2 | 3;
  readonly refcountBits: number;
  readonly compression: 'deflate' | 'zstd';
  readonly backingFile: string | undefined;
  readonly backingFormat: string | undefined;
  readonly lazyRefcounts: boolean;
  readonly preallocation: Preallocation;
  /** Bytes; undefined: it is said elsewhere. */
  readonly size: number | undefined;
  /** All blocks of an image of another hypervisor are there from the beginning. */
  readonly isFixed: boolean;
}

const versions: Readonly<Record<string, 2 | 3>> = { '0.10': 2, v2: 2, '1.1': 3, v3: 3 };
const compressions: Readonly<Record<string, ImageOptions['compression']>> = { zlib: 'deflate', zstd: 'zstd' };

/** Options with few values. */
const choices: Readonly<Record<string, Partial<ImageOptions>>> = {
  'lazy_refcounts=on': { lazyRefcounts: true },
  'lazy_refcounts=off': { lazyRefcounts: false },
  'static=on': { isFixed: true },
  'static=off': { isFixed: false },
  'subformat=fixed': { isFixed: true },
  'subformat=dynamic': { isFixed: false },
};

/** Options that are accepted because images are like that anyway. */
const asTheyAre = ['extended_l2=off', 'encryption=off', 'nocow=off', 'force_size=on', 'subformat=monolithicSparse'];
const preallocations: readonly string[] = ['off', 'metadata', 'falloc', 'full'] satisfies Preallocation[];

/** The change by an option of `-o`; undefined if there is no such option, or it has no such value. */
function imageOption(name: string, value: string): Partial<ImageOptions> | undefined {
  if (name === 'cluster_size') return { clusterSize: parseSize(value) };
  if (name === 'refcount_bits') return { refcountBits: Number(value) };
  if (name === 'backing_file') return { backingFile: value };
  if (name === 'backing_fmt') return { backingFormat: value };
  if (name === 'size') return { size: parseSize(value) };
  if (name === 'preallocation' && preallocations.includes(value)) return { preallocation: value as Preallocation };
  if (Object.hasOwn(choices, `${name}=${value}`)) return choices[`${name}=${value}`];
  if (asTheyAre.includes(`${name}=${value}`)) return {};
  if (name === 'compat' && Object.hasOwn(versions, value)) return { version: versions[value] };
  if (name === 'compression_type' && Object.hasOwn(compressions, value)) return { compression: compressions[value] };
  return undefined;
}

/** Options of each format, for error messages; what stands in them in front of '=' is taken. */
const knownOptions: Readonly<Record<ImageFormat, string>> = {
  raw: 'preallocation=off|falloc|full and size=N',
  qcow2:
    'cluster_size=N, compat=0.10|1.1, refcount_bits=N, compression_type=zlib|zstd, lazy_refcounts=on|off, preallocation=off|metadata|falloc|full, backing_file=FILE, backing_fmt=FORMAT and size=N',
  vdi: 'static=on|off and size=N',
  vhdx: 'subformat=dynamic|fixed and size=N',
  vmdk: 'subformat=monolithicSparse and size=N',
  vpc: 'subformat=dynamic|fixed, force_size=on and size=N',
};
const defaults: ImageOptions = {
  clusterSize: 65536,
  version: 3,
  refcountBits: 16,
  compression: 'deflate',
  backingFile: undefined,
  backingFormat: undefined,
  lazyRefcounts: false,
  preallocation: 'off',
  size: undefined,
  isFixed: false,
};

/** Whether a format has an option, and its value where the text for people names some. */
function isOptionOf(format: ImageFormat, option: string): boolean {
  const [name, value = ''] = option.split('=');
  if (asTheyAre.includes(option) && (format === 'qcow2' || option === 'nocow=off')) return true;
  const values = new RegExp(`\\b${name}=([^, ]+)`).exec(knownOptions[format])?.[1];
  return values !== undefined && (/^[A-Z]/.test(values) || values.split('|').includes(value));
}

/** @throws ConfigurationError if `-o` has what isn't supported for an image of the format */
export function imageOptions(lists: readonly string[] = [], format: ImageFormat = 'qcow2'): ImageOptions {
  let result = defaults;
  for (const option of lists.flatMap((list) => list.split(','))) {
    const [name, ...rest] = option.split('=');
    const known = isOptionOf(format, option) ? imageOption(name, rest.join('=')) : undefined;
    if (!known)
      throw new ConfigurationError(`-o ${option} is not supported for a ${format} image (${knownOptions[format]} are)`);
    result = { ...result, ...known };
  }
  return result;
}

/** @throws ConfigurationError if an image cannot have its space beforehand, as by qemu-img */
export function checkPreallocation({ preallocation }: ImageOptions, hasBacking: boolean, isCompressed = false): void {
  if (preallocation === 'off') return;
  if (hasBacking)
    throw new ConfigurationError(`-o preallocation=${preallocation} is not possible for an image with a backing file`);
  if (isCompressed)
    throw new ConfigurationError(`-o preallocation=${preallocation} is not possible for a compressed image (-c)`);
}
