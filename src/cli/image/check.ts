import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { BlockDisk } from '../../storage/blocks/disk.ts';
import { PlainMap } from '../../storage/blocks/plain-map.ts';
import { type CheckResult, MOST_ERRORS } from '../../storage/check-result.ts';
import { formatNamed, type ImageFormat } from '../../storage/formats.ts';
import { formatOf, openDisk } from '../../storage/open.ts';
import { PartsDisk } from '../../storage/parts.ts';
import { checkQcow2, repairAll, repairLeaks } from '../../storage/qcow2/check.ts';
import type { Disk } from '../../storage/store.ts';
import { type Arguments, isJson } from './arguments.ts';
import { readingHost } from './host.ts';

/** Exit codes of `qemu-img check`. */
export const exitCode = { sound: 0, errors: 2, leaks: 3, noCheck: 63 } as const;

/** `image check`: returns what it says, and the exit code. */
export async function checkImage({ values, words: [file] }: Arguments): Promise<{ text: string; code: number }> {
  const repairs = repairOf(values.repair);
  const hasJson = isJson(values.output);
  const format = await formatAt(file, values);
  if (format !== 'qcow2') return await checkBlockImage(file, format, values);
  const store = await (repairs ? nodeStorage.open(file, 'write') : readingHost(values).open(file, 'read'));
  try {
    const found = await repairs?.(store);
    const left = await checkQcow2(store);
    const fixed = fixedOf(found ?? left, left);
    const text = hasJson ? jsonOf(store.name, 'qcow2', left, fixed) : repairedText(fixed) + textOf(left);
    return { text, code: codeOf(left) };
  } finally {
    await store.close();
  }
}

async function formatAt(file: string, values: Arguments['values']): Promise<ImageFormat> {
  const store = await readingHost(values).open(file, 'read');
  try {
    return await formatOf(store, formatNamed(values.format));
  } finally {
    await store.close();
  }
}

/** Checks an image of another hypervisor, of which nothing is repaired. */
async function checkBlockImage(
  file: string,
  format: ImageFormat,
  values: Arguments['values'],
): Promise<{ text: string; code: number }> {
  const disk = await openDisk(readingHost(values), file, { format, access: 'read' });
  try {
    const parts = withTables(disk);
    if (parts.length === 0) return { text: 'This image format does not support checks\n', code: exitCode.noCheck };
    if (values.repair !== undefined)
      throw new ConfigurationError(`a ${format} image is checked, and cannot be repaired`);
    const found = sumOf(await checked(parts));
    const text = isJson(values.output) ? jsonOf(disk.name, format, found, { leaks: 0, errors: 0 }) : textOf(found);
    return { text, code: codeOf(found) };
  } finally {
    await disk.close();
  }
}

/** Checks parts one after the other, as each check takes memory, until there are as many errors as are told apart. */
async function checked(parts: readonly BlockDisk[]): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  let errors = 0;
  for (const part of parts) {
    if (errors >= MOST_ERRORS) break;
    const result = await part.check();
    errors += result.errors.length;
    results.push(result);
  }
  return results;
}

/** The parts of a disk whose images have tables, or the whole disk if its image is one file. */
function withTables(disk: Disk): readonly BlockDisk[] {
  if (disk instanceof PartsDisk) return disk.disks.flatMap(withTables);
  return disk instanceof BlockDisk && !(disk.map instanceof PlainMap) ? [disk] : [];
}

/** The results of all parts of an image as one. */
function sumOf(results: readonly CheckResult[]): CheckResult {
  const sum = (count: (result: CheckResult) => number) => results.reduce((total, result) => total + count(result), 0);
  return {
    errors: results.flatMap(({ errors }) => errors),
    wrongFlags: sum(({ wrongFlags }) => wrongFlags),
    leaks: sum(({ leaks }) => leaks),
    endOffset: sum(({ endOffset }) => endOffset),
    totalClusters: sum(({ totalClusters }) => totalClusters),
    allocatedClusters: sum(({ allocatedClusters }) => allocatedClusters),
    compressedClusters: sum(({ compressedClusters }) => compressedClusters),
    fragmentedClusters: sum(({ fragmentedClusters }) => fragmentedClusters),
  };
}

/** @throws ConfigurationError if there is no such repair */
function repairOf(what: string | undefined): typeof repairAll | undefined {
  if (what === undefined) return undefined;
  if (what === 'leaks') return repairLeaks;
  if (what === 'all') return repairAll;
  throw new ConfigurationError(`Unknown option value for -r (expecting 'leaks' or 'all'): ${what}`);
}

/** How much of what was wrong is not any more. */
interface Fixed {
  readonly leaks: number;
  readonly errors: number;
}

function fixedOf(found: CheckResult, left: CheckResult): Fixed {
  return {
    leaks: Math.max(0, found.leaks - left.leaks),
    errors: Math.max(0, found.errors.length - left.errors.length),
  };
}

function repairedText({ leaks, errors }: Fixed): string {
  if (leaks + errors === 0) return '';
  return [
    'The following inconsistencies were found and repaired:',
    '',
    `    ${leaks} leaked clusters`,
    `    ${errors} corruptions`,
    '',
    'Double checking the fixed image now...',
    '',
  ].join('\n');
}

/** Counts that are zero are left out, as qemu-img does it. */
function jsonOf(name: string, format: ImageFormat, result: CheckResult, fixed: Fixed): string {
  const counts = {
    ...{ corruptions: result.errors.length, leaks: result.leaks },
    ...{ 'corruptions-fixed': fixed.errors, 'leaks-fixed': fixed.leaks },
    ...{ 'allocated-clusters': result.allocatedClusters, 'compressed-clusters': result.compressedClusters },
    'fragmented-clusters': result.fragmentedClusters,
  };
  const object = {
    ...{ 'image-end-offset': result.endOffset, 'total-clusters': result.totalClusters, 'check-errors': 0 },
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    ...{ filename: name, format },
  };
  return `${JSON.stringify(object, null, 4)}\n`;
}

function codeOf({ errors, leaks }: CheckResult): number {
  if (errors.length > 0) return exitCode.errors;
  return leaks > 0 ? exitCode.leaks : exitCode.sound;
}

function textOf(result: CheckResult): string {
  const { errors, leaks, allocatedClusters: used, totalClusters: all } = result;
  const percent = (part: number, whole: number) => `${((part / whole) * 100).toFixed(2)}%`;
  const lines = [
    ...errors.map((error) => `ERROR ${error}`),
    ...(errors.length > 0
      ? [
          '',
          `${errors.length} errors were found on the image${errors.length < MOST_ERRORS ? '' : '; there may be more'}.`,
          'Data may be corrupted, or further writes to the image may corrupt it.',
        ]
      : []),
    ...(leaks > 0
      ? [
          '',
          `${leaks} leaked clusters were found on the image.`,
          'This means waste of disk space, but no harm to data.',
        ]
      : []),
    ...(errors.length + leaks === 0 ? ['No errors were found on the image.'] : []),
  ];
  if (used > 0) {
    const shares = [`${percent(used, all)} allocated`, `${percent(result.fragmentedClusters, used)} fragmented`];
    lines.push(
      `${used}/${all} = ${shares.join(', ')}, ${percent(result.compressedClusters, used)} compressed clusters`,
    );
  }
  return `${[...lines, `Image end offset: ${result.endOffset}`].join('\n')}\n`;
}
