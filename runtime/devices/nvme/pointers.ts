import type { BusMemory } from '../../memory/bus-memory.ts';
import { longAt } from '../../memory/long.ts';
import { ScatteredMemory, type Segment } from '../../memory/scattered.ts';
import { type Command, refuse } from './command.ts';
import { Code } from './registers.ts';

const ENTRY_BYTES = 8;

/** Where physical region pages are looked up. */
export interface PageMemory {
  readonly memory: BusMemory;
  /** Bytes of a page, as the driver has chosen them. */
  readonly pageBytes: number;
}

/**
 * The memory of a command's data (4.3): the first entry points into a page; the second one to the next page, or, where more than two are
 * needed, to a list of them, whose last entry may point to the rest of it.
 * @throws Refusal for an entry that points into a page, and where there is no memory
 */
export function dataMemory(side: PageMemory, command: Command, bytes: number): ScatteredMemory {
  if (command.hasList) refuse(Code.invalidField);
  const [first, second] = command.pointers;
  const begin: Segment = { address: first, length: Math.min(bytes, side.pageBytes - (first % side.pageBytes)) };
  const left = bytes - begin.length;
  const more =
    left <= 0
      ? []
      : left <= side.pageBytes
        ? [{ address: checkedPage(side, second), length: left }]
        : listed(side, second, left);
  const data = new ScatteredMemory(side.memory, [begin, ...more]);
  if (!data.isThere) refuse(Code.dataTransferError);
  return data;
}

function checkedPage({ pageBytes }: PageMemory, address: number): number {
  return address % pageBytes === 0 ? address : refuse(Code.invalidOffset);
}

/** Pages of a list that begins at an address, for so many bytes: the rest of its own page, and then whole pages of entries. */
function listed(side: PageMemory, address: number, bytes: number): Segment[] {
  const { pageBytes } = side;
  const segments: Segment[] = [];
  for (let at = address - (address % ENTRY_BYTES), left = bytes; left > 0; ) {
    const pages = Math.ceil(left / pageBytes);
    const room = (pageBytes - (at % pageBytes)) / ENTRY_BYTES;
    const isLast = pages <= room;
    const entries = listEntries(side, at, isLast ? pages : room);
    for (const page of isLast ? entries : entries.slice(0, -1)) {
      segments.push({ address: page, length: Math.min(left, pageBytes) });
      left -= pageBytes;
    }
    // Where the list goes on.
    at = entries.at(-1)!;
  }
  return segments;
}

function listEntries(side: PageMemory, address: number, count: number): number[] {
  const bytes = new Uint8Array(count * ENTRY_BYTES);
  if (!side.memory.has(address, bytes.length)) refuse(Code.dataTransferError);
  side.memory.read(address, bytes);
  const view = new DataView(bytes.buffer);
  return Array.from({ length: count }, (_, n) => {
    const at = n * ENTRY_BYTES;
    return checkedPage(side, longAt(view, at));
  });
}
