import { ConfigurationError } from '../../index.ts';
import { packFolder, partsOf } from '../../node/files/pack-folder.ts';
import { printable } from '../../util/printable.ts';
import { print } from '../print.ts';
import type { Task } from '../program.ts';

const HELP = `Usage: rawiron pack [--zstd] FOLDER NEW-FOLDER

Makes of a folder what a web server needs so that guests can share it:
index.json, and contents with what files hold. --zstd: compressed.
Owners, permissions, times in seconds and symbolic links are kept. Devices,
pipes and sockets are left out, and each name of a file with several becomes a
file of its own. The guest changes its own copy, in memory.
In a program or a page: shares: [{ tag: 'host', server: { index, contents } }],
with their addresses.
`;

/** How many of the files that were left out are named. */
const NAMED = 5;

/**
 * Parses the arguments of `rawiron pack …`.
 * @throws ConfigurationError for an unknown option, or where a folder is missing
 */
export function parsePack(args: readonly string[]): Task {
  if (args.some((word) => ['--help', '-help', '-h'].includes(word))) return () => print(HELP);
  const isOption = (word: string) => word.startsWith('-');
  const unknown = args.find((word) => isOption(word) && word !== '--zstd');
  if (unknown !== undefined) throw new ConfigurationError(`pack: unknown option '${unknown}'; pack --help says more`);
  const [folder, target, ...more] = args.filter((word) => !isOption(word));
  if (!folder || !target || more.length > 0)
    throw new ConfigurationError('pack: give two folders: the one to be packed, and a new one; pack --help says more');
  return () => pack(folder, target, args.includes('--zstd'));
}

async function pack(folder: string, target: string, compress: boolean): Promise<number> {
  const { files, directories, links, bytes, leftOut } = await packFolder(folder, target, { compress });
  const { index, contents } = partsOf(target);
  const paths = leftOut.map(printable);
  const named = paths.length > NAMED ? [...paths.slice(0, NAMED), '…'] : paths;
  const rest = leftOut.length === 0 ? '' : `Left out, ${leftOut.length}: ${named.join(', ')}\n`;
  return await print(`${files} files with ${bytes} bytes, ${directories} directories, ${links} symbolic links.
${rest}For a guest, in a page beside it: server: { index: '${index}', contents: '${contents}' }
`);
}
