import { row } from '../layout.ts';

/** A flag of commands on images; those with an argument take the next word. */
interface ImageFlag {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: true;
  /** The name of its argument in the help. */
  readonly argument?: string;
  readonly help: string;
}

/** All flags of commands on images. A letter may stand for several: each command has its own. */
export const imageFlags = {
  format: {
    type: 'string',
    short: 'f',
    argument: 'FORMAT',
    help: 'the format of the image: raw, qcow2, vdi, vhdx, vmdk or vpc (default: found out from its first bytes)',
  },
  'output-format': {
    type: 'string',
    short: 'O',
    argument: 'FORMAT',
    help: 'the format of the new image: raw (default), qcow2, vdi, vhdx, vmdk or vpc',
  },
  backing: {
    type: 'string',
    short: 'b',
    argument: 'BACKING',
    help: 'the backing file, which the image stands on; its name is relative to the image',
  },
  'backing-format': { type: 'string', short: 'F', argument: 'FORMAT', help: 'the format of the backing file' },
  option: {
    type: 'string',
    short: 'o',
    multiple: true,
    argument: 'OPTION=VALUE,...',
    help: 'of the new image: cluster_size=N, compat=0.10|1.1, refcount_bits=N, compression_type=zlib|zstd, backing_file=FILE, backing_fmt=FORMAT, size=N, lazy_refcounts=on|off, preallocation=off|metadata|falloc|full (a raw image: size=N, preallocation=off|falloc|full; vpc and vhdx: subformat=dynamic|fixed; vdi: static=on|off)',
  },
  base: {
    type: 'string',
    short: 'B',
    argument: 'BACKING',
    help: 'only what is not in this backing file of the new image is copied',
  },
  compress: { type: 'boolean', short: 'c', help: 'clusters are compressed' },
  progress: { type: 'boolean', short: 'p', help: 'shows how far it is' },
  sparse: { type: 'string', short: 'S', argument: 'SIZE', help: 'zeros so long become holes (default: 4k; 0: none)' },
  coroutines: { type: 'string', short: 'm', argument: 'N', help: 'so many parts are read at once (default: 8)' },
  output: { type: 'string', argument: 'human|json', help: 'the form of what is told' },
  repair: {
    type: 'string',
    short: 'r',
    argument: 'leaks|all',
    help: 'leaks: clusters that nothing uses become free; all: counts and flags that are wrong are mended, too',
  },
  shrink: { type: 'boolean', help: 'the disk may become smaller: what is beyond its new end is lost' },
  quiet: { type: 'boolean', short: 'q', help: 'says nothing but errors' },
  list: { type: 'boolean', short: 'l', help: 'list the snapshots (default)' },
  create: { type: 'string', short: 'c', argument: 'NAME', help: 'take a snapshot' },
  apply: { type: 'string', short: 'a', argument: 'NAME', help: 'put the disk back to a snapshot, by its name or ID' },
  delete: { type: 'string', short: 'd', argument: 'NAME', help: 'forget a snapshot, by its name or ID' },
  keep: { type: 'boolean', short: 'd', help: 'the image keeps what it has of its own' },
  'backing-chain': { type: 'boolean', help: 'tell of all that the image stands on, too' },
  'force-share': { type: 'boolean', short: 'U', help: 'the image is read though somebody writes to it' },
  cache: { type: 'string', short: 't', argument: 'CACHE', help: 'taken, without effect' },
  'source-cache': { type: 'string', short: 'T', argument: 'CACHE', help: 'taken, without effect' },
  unordered: { type: 'boolean', short: 'W', help: 'taken, without effect' },
  'second-format': { type: 'string', short: 'F', argument: 'FORMAT', help: 'the format of the second image' },
  strict: { type: 'boolean', short: 's', help: 'whether they are kept alike, too' },
  'start-offset': { type: 'string', short: 's', argument: 'OFFSET', help: 'from this place of the disk on' },
  'max-length': { type: 'string', short: 'l', argument: 'LENGTH', help: 'so many bytes of the disk' },
  'source-snapshot': {
    type: 'string',
    short: 'l',
    argument: 'SNAPSHOT',
    help: 'what a snapshot within a qcow2 image has: an ID or a name, or snapshot.id=ID or snapshot.name=NAME',
  },
  size: { type: 'string', argument: 'SIZE', help: 'of a disk with so many bytes' },
  preallocation: { type: 'string', argument: 'off', help: 'what is added takes no space until it is written' },
  unsafe: {
    type: 'boolean',
    short: 'u',
    help: 'only the name of the backing file is written, which need not be there',
  },
  'no-create': { type: 'boolean', short: 'n', help: 'into an image that is there already' },
} as const satisfies Readonly<Record<string, ImageFlag>>;

export type OptionName = keyof typeof imageFlags;

/** Help for flags that replaces their usual help. */
export type FlagTexts = Partial<Readonly<Record<OptionName, string>>>;

/** A line of help for each flag. */
export function flagLines(names: readonly OptionName[], texts: FlagTexts = {}): string {
  return names
    .map((name) => flagLine(name, { ...imageFlags[name], help: texts[name] ?? imageFlags[name].help }))
    .join('');
}

function flagLine(name: string, { short, argument, help }: ImageFlag): string {
  const flag = [short === undefined ? `--${name}` : `-${short}`, ...(argument ? [argument] : [])].join(' ');
  return `${row(flag, help)}\n`;
}
