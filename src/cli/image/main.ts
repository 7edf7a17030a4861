import { ConfigurationError } from '../../index.ts';
import { similarNames } from '../../util/similar.ts';
import { capitalised } from '../help.ts';
import { row, terminalWidth, wrapped } from '../layout.ts';
import { print } from '../print.ts';
import type { Task } from '../program.ts';
import { type Arguments, parseImageArguments } from './arguments.ts';
import { checkImage } from './check.ts';
import { commitImageFile } from './commit.ts';
import { compareImages } from './compare.ts';
import { convertImage } from './convert.ts';
import { createImage } from './create.ts';
import { ddImage } from './dd.ts';
import { type FlagTexts, flagLines, imageFlags, type OptionName } from './flags.ts';
import { imageInfo } from './info.ts';
import { mapImage } from './map.ts';
import { measureImage } from './measure.ts';
import { rebaseImage } from './rebase.ts';
import { resizeImage } from './resize.ts';
import { snapshotImage } from './snapshot.ts';

interface ImageCommand {
  /** The words after `rawiron image`. */
  readonly usage: string;
  readonly help: string;
  readonly options: readonly OptionName[];
  /** Help for its flags, where it is not the usual one. */
  readonly texts?: FlagTexts;
  /** How many words it takes: at least, at most. */
  readonly words: readonly [number, number];
  run(args: Arguments): Promise<Answer>;
}

/** The text that a command prints, with the exit code if that is not 0; a long one comes in parts. */
type Answer = string | { readonly text: string; readonly code: number } | AsyncIterable<string>;

const commands: Readonly<Record<string, ImageCommand>> = {
  create: {
    usage: 'create [-f raw|qcow2] [-u] [-b BACKING -F FORMAT] [-o OPTION=VALUE,...] FILE [SIZE]',
    help: 'make an image, of the size of its backing file if none is given',
    options: ['format', 'unsafe', 'backing', 'backing-format', 'option', 'quiet'],
    texts: { format: imageFlags['output-format'].help },
    words: [1, 2],
    run: createImage,
  },
  info: {
    usage: 'info [-f FORMAT] [--backing-chain] [-U] [--output human|json] FILE',
    help: 'what an image is',
    options: ['format', 'output', 'backing-chain', 'force-share'],
    words: [1, 1],
    run: imageInfo,
  },
  convert: {
    usage:
      'convert [-f FORMAT] [-l SNAPSHOT] [-O FORMAT] [-c] [-p] [-n] [-U] [-S SIZE] [-m N] [-B BACKING -F FORMAT] [-o OPTION=VALUE,...] FILE... NEW-FILE',
    help: 'copy a disk, with what its backing files have, into a new image; several are joined, one after the other',
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
    words: [2, Infinity],
    run: convertImage,
  },
  check: {
    usage: 'check [-f FORMAT] [-r leaks|all] [--output human|json] [-U] FILE',
    help: 'look for errors; the exit code is 2 for errors, 3 for leaked clusters, 63 for a raw image',
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
    help: 'whether two disks read alike; the exit code is 0 if so, 1 if not, 2 where that cannot be found out',
    options: ['format', 'second-format', 'strict', 'progress', 'quiet', 'force-share', 'source-cache'],
    words: [2, 2],
    run: compareImages,
  },
  dd: {
    usage: 'dd [-f FORMAT] [-O FORMAT] [-U] [bs=SIZE] [count=BLOCKS] [skip=BLOCKS] if=FILE of=NEW-FILE',
    help: 'copy blocks of a disk into a new image; blocks have 512 bytes if no bs= is given',
    options: ['format', 'output-format', 'force-share'],
    words: [0, 5],
    run: ddImage,
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
    usage: 'resize [-f FORMAT] [--shrink] [--preallocation=off] FILE [+|-]SIZE',
    help: 'make a disk larger or smaller',
    options: ['format', 'shrink', 'preallocation', 'quiet'],
    words: [2, 2],
    run: resizeImage,
  },
  snapshot: {
    usage: 'snapshot [-f FORMAT] [-l | -c NAME | -a NAME | -d NAME] FILE',
    help: 'list the snapshots within a qcow2 image, take one, put the disk back to one or forget one',
    options: ['format', 'list', 'create', 'apply', 'delete', 'quiet'],
    words: [1, 1],
    run: snapshotImage,
  },
};

/** Words that ask for help. */
const helpWords = ['help', '--help', '-help', '-h'];

/**
 * Parses the arguments of `rawiron image …`, which are those of `qemu-img`. Throws ConfigurationError if there is no such command
 * or option.
 */
export function parseImage(args: readonly string[]): Task {
  const [name, ...rest] = args[0] !== undefined && helpWords.includes(args[0]) ? [...args.slice(1), '--help'] : args;
  if (name === undefined || helpWords.includes(name)) return () => print(helpText());
  if (!Object.hasOwn(commands, name)) {
    const similar = similarNames(name, Object.keys(commands));
    throw new ConfigurationError(`image: unknown command '${name}'${similar}; image --help lists them`);
  }
  const command = commands[name];
  if (rest.some((word) => helpWords.slice(1).includes(word))) return () => print(commandHelp(command));
  const { usage, options, words, run } = command;
  const parsed = parseImageArguments(rest, options, words, `rawiron image ${usage}`);
  return async () => {
    const answer = await run(parsed);
    if (typeof answer !== 'string' && Symbol.asyncIterator in answer) return await printed(answer);
    const { text, code } = typeof answer === 'string' ? { text: answer, code: 0 } : answer;
    return parsed.values.quiet ? code : (await print(text)) || code;
  };
}

/** Prints parts of a text as they come, until nobody reads them any more; returns the exit code. */
async function printed(parts: AsyncIterable<string>): Promise<number> {
  for await (const part of parts) {
    const code = await print(part);
    if (code !== 0) return code;
  }
  return 0;
}

/** A line for each command. */
function helpText(): string {
  const rows = Object.entries(commands).map(([name, { help }]) => row(name, help));
  return `Usage: rawiron image COMMAND …\n\n${rows.join('\n')}\n\nrawiron image COMMAND --help tells what it takes.\n`;
}

function commandHelp({ usage, help, options, texts }: ImageCommand): string {
  const [usageText, text] = [`Usage: rawiron image ${usage}`, `${capitalised(help)}.`].map((part) =>
    wrapped(part, terminalWidth()),
  );
  return `${usageText}\n\n${text}\n\n${flagLines(options, texts)}`;
}
