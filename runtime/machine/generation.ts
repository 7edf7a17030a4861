import { Word, wordCounts } from '../../translator/abi/state.ts';
import { GENERATION_ID_BYTES } from '../devices/vmgenid/registers.ts';
import type { HostDoor } from '../host/door.ts';
import { ports } from '../host/ports.ts';
import type { Pc } from './pc.ts';

const KEY_WORDS = wordCounts.randomKey!;
/** Random bytes by which a machine becomes another one than those that were in the same state: an ID, and the key of RDRAND. */
export const GENERATION_BYTES = GENERATION_ID_BYTES + 4 * KEY_WORDS;

/** The parts of a machine from which random numbers come, besides the host's. */
interface RandomParts {
  /** The words of translator/abi/state.ts. */
  readonly state: Int32Array;
  readonly pc: Pick<Pc, 'generationId'>;
}

/** Another generation of the machine begins when GENERATION_BYTES come by the host door. */
export function connectGeneration(door: HostDoor, { state, pc }: RandomParts): void {
  door.requests(ports.generation).onInput = (bytes) => {
    const key = bytes.slice(GENERATION_ID_BYTES, GENERATION_BYTES);
    state.set(new Int32Array(key.buffer, 0, KEY_WORDS), Word.randomKey);
    state.fill(0, Word.randomCount, Word.randomCount + wordCounts.randomCount!);
    pc.generationId?.begin(bytes.subarray(0, GENERATION_ID_BYTES));
  };
}
