import { ConfigurationError } from '../../index.ts';
import { extentAt } from '../../storage/extents.ts';
import { formatNamed } from '../../storage/formats.ts';
import { openDisk } from '../../storage/open.ts';
import { type Disk, readPadded } from '../../storage/store.ts';
import { ExitError } from '../exit-error.ts';
import type { Arguments } from './arguments.ts';
import { readingHost } from './host.ts';
import { progressLine } from './progress.ts';

/** Exit codes of `qemu-img compare`. */
const exitCode = { same: 0, different: 1, failed: 2 } as const;

/** Bytes that are compared at once at most; bytes by which a difference is found. */
const [CHUNK, SECTOR] = [2 << 20, 512];

/** `image compare`: whether two disks read alike; with `-s` whether they are kept alike, too. Returns what it says, and the exit code. */
export async function compareImages({ values, words }: Arguments): Promise<{ text: string; code: number }> {
  const formats = [values.format, values['second-format']].map(formatNamed);
  const disks: Disk[] = [];
  try {
    for (const [n, word] of words.entries())
      disks.push(await openDisk(readingHost(values), word, { format: formats[n], access: 'read' }));
    const size = Math.max(...disks.map((disk) => disk.size));
    const progress = values.progress && !values.quiet ? progressLine(size) : undefined;
    const difference = await (values.strict ? strictDifference : differenceOf)(disks, (done) => progress?.show(done));
    progress?.end();
    const warning = hasOneSize(disks) || values.strict ? '' : 'Warning: Image size mismatch!\n';
    if (difference === undefined) return { text: `${warning}Images are identical.\n`, code: exitCode.same };
    const isBeyond = difference.at >= Math.min(...disks.map((disk) => disk.size));
    return { text: `${isBeyond ? warning : ''}${difference.text}\n`, code: exitCode.different };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new ExitError(error.message, exitCode.failed, { cause: error });
  } finally {
    for (const disk of disks) await disk.close();
  }
}

/** The first difference of two disks: its place in bytes, and what is said of it. */
interface Difference {
  readonly at: number;
  readonly text: string;
}

type Progress = (done: number) => void;

const hasOneSize = (disks: readonly Disk[]): boolean => disks.every(({ size }) => size === disks[0].size);

/** The first difference of two disks in strict mode, in which sizes and the allocation of blocks must be equal, too. */
async function strictDifference(disks: readonly Disk[], progress: Progress): Promise<Difference | undefined> {
  if (!hasOneSize(disks)) return { at: 0, text: 'Strict mode: Image size mismatch!' };
  return differenceOf(disks, progress, async (at, kinds) => {
    if (kinds.every((kind) => kind === kinds[0])) return undefined;
    return { at, text: `Strict mode: Offset ${at} block status mismatch!` };
  });
}

/** @param look called for each place with the disks' allocation of it; a result that it returns ends the comparison */
async function differenceOf(
  disks: readonly Disk[],
  progress: Progress,
  look: (at: number, kinds: readonly string[]) => Promise<Difference | undefined> = async () => undefined,
): Promise<Difference | undefined> {
  const size = Math.max(...disks.map((disk) => disk.size));
  for (let at = 0; at < size; progress(at)) {
    const parts = await Promise.all(disks.map((disk) => partAt(disk, at, size - at)));
    const found = await look(
      at,
      parts.map(({ kind }) => kind),
    );
    if (found) return found;
    const isZero = parts.every((part) => part.isZero);
    const length = Math.min(...parts.map((part) => part.length), isZero ? size : CHUNK);
    const different = isZero ? undefined : await firstDifferentSector(disks, at, length);
    if (different !== undefined) return { at: different, text: `Content mismatch at offset ${different}!` };
    at += length;
  }
  return undefined;
}

/** How a disk keeps a place; beyond its end there are zeros. */
async function partAt(disk: Disk, at: number, most: number) {
  if (at >= disk.size) return { kind: 'beyond', isZero: true, length: most };
  const { isZero, isData, isPresent, length, offset } = await extentAt(disk, at, Math.min(most, disk.size - at));
  return { kind: `${isZero} ${isData} ${isPresent} ${offset !== undefined}`, isZero, length };
}

async function firstDifferentSector(disks: readonly Disk[], at: number, length: number): Promise<number | undefined> {
  const [first, second] = await Promise.all(disks.map((disk) => bytesAt(disk, at, length)));
  if (Buffer.compare(first, second) === 0) return undefined;
  const sectorsDiffer = (from: number): boolean =>
    Buffer.compare(first.subarray(from, from + SECTOR), second.subarray(from, from + SECTOR)) !== 0;
  let from = 0;
  while (!sectorsDiffer(from)) from += SECTOR;
  return at + from;
}

async function bytesAt(disk: Disk, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await readPadded(disk, at, bytes);
  return bytes;
}
