import { inGuestOrder } from '../options/generation-id.ts';
import { uuidFromBytes } from '../options/uuid.ts';
import type { Examine } from './types.ts';

/** QEMU's words for a machine without the device. */
export const NO_GENERATION_ID = 'VM Generation ID device not found';

/** The ID of the machine's generation as a GUID's text; undefined: it has none. */
export async function generationIdOf(examine: Examine): Promise<string | undefined> {
  const state = (await examine('stateOf', 'vmgenid')) as { readonly id: Uint8Array } | undefined;
  return state && uuidFromBytes(inGuestOrder(state.id));
}
