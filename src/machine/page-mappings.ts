import type { Mapping } from '../machine-core.ts';
import type { Examine } from './types.ts';

/** Pages that are asked for at a time, which the machine stands still for. */
const PIECE = 1 << 12;
const SPACE = 2 ** 32;

/** All pages that the guest's page tables map, by linear address; null: there is no paging. */
export async function allMappings(examine: Examine): Promise<AsyncIterable<Mapping> | null> {
  return (await examine('mappings', 0, 0)) === null ? null : pieces(examine);
}

async function* pieces(examine: Examine): AsyncGenerator<Mapping> {
  for (let first = 0; first < SPACE; ) {
    const mappings = (await examine('mappings', first, PIECE)) ?? [];
    yield* mappings;
    const last = mappings.at(-1);
    first = last === undefined || mappings.length < PIECE ? SPACE : last.linear + last.bytes;
  }
}
