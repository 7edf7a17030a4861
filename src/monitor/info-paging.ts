import { allMappings } from '../machine/page-mappings.ts';
import type { Mapping } from '../machine-core.ts';
import type { CommandContext } from './command.ts';

/** Characters that are shown at most: a guest can map a million pages. */
const LONGEST_TEXT = 1 << 20;

const hexadecimal = (value: number): string => value.toString(16).padStart(16, '0');

/** Each page that the guest's page tables map, as QEMU's `info tlb` shows them. */
export async function infoTlb(context: CommandContext): Promise<string> {
  return await listed(context, async function* (mappings) {
    for await (const mapping of mappings) yield pageLine(mapping);
  });
}

/** Ranges of linear addresses with the same rights, as QEMU's `info mem` shows them. */
export async function infoMem(context: CommandContext): Promise<string> {
  return await listed(context, ranges);
}

async function listed(
  { examine }: CommandContext,
  lines: (mappings: AsyncIterable<Mapping>) => AsyncIterable<string>,
): Promise<string> {
  const mappings = await allMappings(examine);
  if (mappings === null) return 'PG disabled\n';
  let text = '';
  for await (const line of lines(mappings)) {
    if (text.length > LONGEST_TEXT) return `${text}... there is more\n`;
    text += line;
  }
  return text;
}

/** Bits of an entry, from the highest, by their letters; that of large pages is set in no other. */
const letters = [
  ['G', 1 << 8],
  ['P', 1 << 7],
  ['D', 1 << 6],
  ['A', 1 << 5],
  ['C', 1 << 4],
  ['T', 1 << 3],
  ['U', 1 << 2],
  ['W', 1 << 1],
] as const;

function pageLine({ linear, physical, bytes, entry, isExecutable }: Mapping): string {
  const shown = bytes === 4096 ? entry & ~(1 << 7) : entry;
  const bits = letters.map(([letter, bit]) => (shown & bit ? letter : '-')).join('');
  return `${hexadecimal(linear)}: ${hexadecimal(physical)} ${isExecutable ? '-' : 'X'}${bits}\n`;
}

async function* ranges(mappings: AsyncIterable<Mapping>): AsyncGenerator<string> {
  let [start, end, rights] = [0, 0, ''];
  const line = () => `${hexadecimal(start)}-${hexadecimal(end)} ${hexadecimal(end - start)} ${rights}\n`;
  for await (const { linear, bytes, isUser, isWritable } of mappings) {
    const own = `${isUser ? 'u' : '-'}r${isWritable ? 'w' : '-'}`;
    if (linear !== end || own !== rights) {
      if (rights !== '') yield line();
      [start, rights] = [linear, own];
    }
    end = linear + bytes;
  }
  if (rights !== '') yield line();
}
