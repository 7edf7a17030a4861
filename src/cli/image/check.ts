import { ConfigurationError } from '../../index.ts';
import { nodeStorage } from '../../node/storage.ts';
import { formatOf } from '../../storage/open.ts';
import { type CheckResult, checkQcow2, repairLeaks } from '../../storage/qcow2/check.ts';
import { type Arguments, formatNamed } from './arguments.ts';

/** Exit codes of `qemu-img check`. */
export const exitCode = { sound: 0, errors: 2, leaks: 3, noCheck: 63 } as const;

/** `image check`: returns what it says, and the exit code. */
export async function checkImage({ values, words: [file] }: Arguments): Promise<{ text: string; code: number }> {
  const repairs = isRepair(values.repair);
  const store = await nodeStorage.open(file, repairs ? 'write' : 'read');
  try {
    if ((await formatOf(store, formatNamed(values.format))) === 'raw') {
      return { text: 'This image format does not support checks\n', code: exitCode.noCheck };
    }
    if (!repairs) return answer(await checkQcow2(store));
    const { leaks, errors } = await repairLeaks(store);
    const { text, code } = answer(await checkQcow2(store));
    const repaired = errors.length === 0 && leaks > 0;
    return { text: repaired ? `${leaks} leaked clusters were made free.\n${text}` : text, code };
  } finally {
    await store.close();
  }
}

/** @throws ConfigurationError for what cannot be repaired here */
function isRepair(what: string | undefined): boolean {
  if (what === undefined || what === 'leaks') return what !== undefined;
  throw new ConfigurationError(`image: -r ${what} is not supported; give -r leaks, or use qemu-img check -r ${what}`);
}

function answer(result: CheckResult): { text: string; code: number } {
  return { text: textOf(result), code: codeOf(result) };
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
          `${errors.length} errors were found on the image.`,
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
