import { ConfigurationError } from '../../index.ts';
import { print } from '../print.ts';
import type { Task } from '../program.ts';
import { type Arguments, type OptionName, parseImageArguments } from './arguments.ts';
import { checkImage } from './check.ts';
import { commitImageFile } from './commit.ts';
import { compareImages } from './compare.ts';
import { convertImage } from './convert.ts';
import { createImage } from './create.ts';
import { imageInfo } from './info.ts';
import { mapImage } from './map.ts';
import { measureImage } from './measure.ts';
import { rebaseImage } from './rebase.ts';
import { resizeImage } from './resize.ts';
import { snapshotImage } from './snapshot.ts';

interface ImageCommand {
  /** What follows `rawiron image`. */
  readonly usage: string;
  readonly help: string;
  readonly options: readonly OptionName[];
  /** How many words it takes: at least, at most. */
  readonly words: readonly [number, number];
  run(args: Arguments): Promise<string | { text: string; code: number }>;
}

const commands: Readonly<Record<string, ImageCommand>> = {
  create: {
    usage: 'create [-f raw|qcow2] [-b BACKING -F FORMAT] [-o OPTION=VALUE,...] FILE [SIZE]',
    help: 'make an image (default: raw); -o cluster_size=N, compat=0.10|1.1, refcount_bits=N, compression_type=zlib|zstd, backing_file=FILE, backing_fmt=FORMAT',
    options: ['format', 'backing', 'backing-format', 'option', 'quiet'],
    words: [1, 2],
    run: createImage,
  },
  info: {
    usage: 'info [-f FORMAT] [--backing-chain] [-U] [--output human|json] FILE',
    help: 'what an image is; --backing-chain: and what it stands on; -U: though somebody writes to it',
    options: ['format', 'output', 'backing-chain', 'force-share'],
    words: [1, 1],
    run: imageInfo,
  },
  convert: {
    usage:
      'convert [-f FORMAT] [-l SNAPSHOT] [-O FORMAT] [-c] [-p] [-n] [-U] [-S SIZE] [-m N] [-B BACKING -F FORMAT] [-o OPTION=VALUE,...] FILE NEW-FILE',
    help: 'copy a disk, with what its backing files have, into a new image; -l: what a snapshot within a qcow2 image has (an ID, a name, snapshot.id=ID or snapshot.name=NAME); -c: compressed; -p: shows how far it is; -n: into an image that is there already; -S: zeros so long become holes (default: 4k; 0: none); -m: so many parts are read at once (default: 8); -B: only what is not in BACKING is copied; -t, -T and -W of qemu-img are taken, without effect',
    options: [
      'format',
      'output-format',
      'compress',
      'progress',
      'no-create',
      'sparse',
      'coroutines',
      'base',
      'backing-format',
      'option',
      'quiet',
      'cache',
      'source-cache',
      'unordered',
      'source-snapshot',
      'force-share',
    ],
    words: [2, 2],
    run: convertImage,
  },
  check: {
    usage: 'check [-f FORMAT] [-r leaks|all] [--output human|json] [-U] FILE',
    help: 'look for errors; the exit code is 2 for errors, 3 for leaked clusters, 63 for a raw image; -r leaks makes those free, -r all also mends counts and flags that are wrong',
    options: ['format', 'repair', 'output', 'quiet', 'force-share', 'source-cache'],
    words: [1, 1],
    run: checkImage,
  },
  commit: {
    usage: 'commit [-f FORMAT] [-d] [-p] FILE',
    help: 'write what an image has of its own to its backing file, which grows if it has to; then the image has nothing of its own, unless -d keeps it',
    options: ['format', 'keep', 'progress', 'quiet', 'cache'],
    words: [1, 1],
    run: commitImageFile,
  },
  compare: {
    usage: 'compare [-f FORMAT] [-F FORMAT] [-s] [-p] [-U] FILE FILE',
    help: 'whether two disks read alike; -s: and are kept alike; the exit code is 0 if so, 1 if not, 2 where that cannot be found out',
    options: ['format', 'second-format', 'strict', 'progress', 'quiet', 'force-share', 'source-cache'],
    words: [2, 2],
    run: compareImages,
  },
  map: {
    usage: 'map [-f FORMAT] [--start-offset=OFFSET] [--max-length=LENGTH] [-U] [--output human|json] FILE',
    help: 'which parts of a disk are kept where, in which of the images that it stands on',
    options: ['format', 'start-offset', 'max-length', 'output', 'force-share'],
    words: [1, 1],
    run: mapImage,
  },
  measure: {
    usage:
      'measure [-O FORMAT] [-o OPTION=VALUE,...] [--output human|json] [--size SIZE | [-f FORMAT] [-l SNAPSHOT] [-U] FILE]',
    help: 'how large the file of a new image will be that has so many bytes, or what another one has',
    options: ['output-format', 'option', 'output', 'size', 'format', 'source-snapshot', 'force-share'],
    words: [0, 1],
    run: measureImage,
  },
  rebase: {
    usage: 'rebase [-f FORMAT] [-u] [-p] -b BACKING -F FORMAT FILE',
    help: "put an image on another backing file (-b '': on none); it reads as before, but with -u, which only writes the name",
    options: [
      'format',
      'unsafe',
      'progress',
      'quiet',
      'backing',
      'backing-format',
      'cache',
      'source-cache',
      'force-share',
    ],
    words: [1, 1],
    run: rebaseImage,
  },
  resize: {
    usage: 'resize [-f FORMAT] [--shrink] FILE [+|-]SIZE',
    help: 'make a disk larger or smaller',
    options: ['format', 'shrink', 'quiet'],
    words: [2, 2],
    run: resizeImage,
  },
  snapshot: {
    usage: 'snapshot [-f FORMAT] [-l | -c NAME | -a NAME | -d NAME] FILE',
    help: 'list the snapshots within a qcow2 image (-l), take one (-c), put the disk back to one (-a) or forget one (-d)',
    options: ['format', 'list', 'create', 'apply', 'delete', 'quiet'],
    words: [1, 1],
    run: snapshotImage,
  },
};

/** What `rawiron image …` asks for, as `qemu-img` does it. Throws ConfigurationError if there is no such command or option. */
export function parseImage(args: readonly string[]): Task {
  const [name, ...rest] = args;
  const isHelp = args.some((word) => ['--help', '-help', '-h'].includes(word));
  if (name === undefined || name === 'help' || isHelp) return () => print(helpText());
  if (!Object.hasOwn(commands, name)) {
    throw new ConfigurationError(`image: unknown command '${name}'; image --help lists them`);
  }
  const { usage, options, words, run } = commands[name];
  const parsed = parseImageArguments(rest, options, words, `rawiron image ${usage}`);
  return async () => {
    const answer = await run(parsed);
    const { text, code } = typeof answer === 'string' ? { text: answer, code: 0 } : answer;
    return parsed.values.quiet ? code : (await print(text)) || code;
  };
}

function helpText(): string {
  const rows = Object.values(commands).map(({ usage, help }) => `  ${usage}\n      ${help}\n`);
  return `Usage: rawiron image COMMAND …\n\n${rows.join('')}`;
}
