import { wordCounts } from '../../translator/abi/state.ts';
import type { GeneralEvents } from '../devices/power/general-events.ts';
import { GENERATION_EVENT } from '../devices/power/registers.ts';
import { GenerationId } from '../devices/vmgenid/index.ts';
import { GENERATION_ID_BYTES } from '../devices/vmgenid/registers.ts';
import { ports } from '../host/ports.ts';
import type { Board, Part } from './board.ts';

const KEY_BYTES = 4 * wordCounts.randomKey!;
/** Random bytes that tell a machine apart from all others that were in the same state: an ID, and the key of RDRAND. */
export const GENERATION_BYTES = GENERATION_ID_BYTES + KEY_BYTES;

/** Has another generation of the machine begin when GENERATION_BYTES come from the host. The chip with the ID, where there is one. */
export function generationParts({ config, door, mmio, setRandomKey }: Board, generalEvents: GeneralEvents): Part[] {
  const { generationId: id } = config;
  const changed = () => generalEvents.raise(GENERATION_EVENT);
  const chips = id === undefined ? [] : [new GenerationId({ mmio, id, changed })];
  door.requests(ports.generation).onInput = (bytes) => {
    setRandomKey(new Int32Array(bytes.slice(GENERATION_ID_BYTES, GENERATION_BYTES).buffer));
    for (const chip of chips) chip.begin(bytes.subarray(0, GENERATION_ID_BYTES));
  };
  return chips;
}
