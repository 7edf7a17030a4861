import { ADDRESS_BYTES, destinationOf, isFor, tagOf } from '../../ethernet/frame.ts';
import { ReceiveMode } from './registers.ts';
import type { FilterState } from './state.ts';

const VLAN_MASK = 0xfff;
/** Numbers of VLANs that are none: a tag for its priority alone, and one that is reserved (IEEE 802.1Q, 9.6). */
const notVlans = [0, 0xfff];

/** Whether the card takes a frame: by the mode, its address and the lists that the driver has given. */
export function passes(frame: Uint8Array, { mode, multicast, vlans }: FilterState, mac: Uint8Array): boolean {
  if ((mode & ReceiveMode.promiscuous) !== 0) return true;
  // Frames without a tag pass the list, as in QEMU: iPXE leaves it empty.
  const vlan = Math.max(tagOf(frame), 0) & VLAN_MASK;
  if (!notVlans.includes(vlan) && (vlans[vlan >> 5]! & (1 << (vlan & 31))) === 0) return false;
  switch (destinationOf(frame)) {
    case 'broadcast':
      return (mode & ReceiveMode.broadcast) !== 0;
    case 'multicast':
      if ((mode & ReceiveMode.allMulticast) !== 0) return true;
      return (mode & ReceiveMode.multicast) !== 0 && isListed(frame, multicast.peek(multicast.length));
    default:
      return (mode & ReceiveMode.station) !== 0 && isFor(frame, mac);
  }
}

function isListed(frame: Uint8Array, addresses: Uint8Array): boolean {
  for (let at = 0; at + ADDRESS_BYTES <= addresses.length; at += ADDRESS_BYTES)
    if (isFor(frame, addresses.subarray(at, at + ADDRESS_BYTES))) return true;
  return false;
}
