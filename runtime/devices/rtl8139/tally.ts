import type { StateOf } from '../../snapshot/describe.ts';
import type { tallyState } from './state.ts';

/** Bytes of the tally counters as they are dumped, and where each counter is (RTL8139C+ data sheet, 6.4.1.1). */
const TALLY_BYTES = 64;
const Place = { sent: 0, received: 8, missed: 28, physical: 40, broadcast: 48, multicast: 56 } as const;

/** Nothing goes wrong on this cable: the other counters stay 0. */
export function tallyBytes(tally: StateOf<typeof tallyState>): Uint8Array {
  const view = new DataView(new ArrayBuffer(TALLY_BYTES));
  for (const name of ['sent', 'received', 'physical', 'broadcast'] as const)
    view.setBigUint64(Place[name], BigInt(tally[name]), true);
  view.setUint16(Place.missed, tally.missed, true);
  view.setUint32(Place.multicast, tally.multicast, true);
  return new Uint8Array(view.buffer);
}
