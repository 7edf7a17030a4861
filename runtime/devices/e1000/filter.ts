import { destinationOf, tagOf } from '../../ethernet/frame.ts';
import { ADDRESS_COUNT, ADDRESS_VALID, GROUP_SHIFTS, Register, RxControl } from './registers.ts';
import type { RegisterWords } from './state.ts';

const VLAN_ID = 0xfff;

/** Whether the card takes a frame (317453, 10.3 "Receive address filtering" and 9.3 "802.1q VLAN packet filtering"). */
export function passesFilter(words: RegisterWords, frame: Uint8Array): boolean {
  return passesVlan(words, frame) && passesAddress(words, frame);
}

function passesVlan(words: RegisterWords, frame: Uint8Array): boolean {
  if ((words.get(Register.rxControl) & RxControl.vlanFilter) === 0) return true;
  const tag = tagOf(frame);
  return tag < 0 || isSet(words, Register.vlanFilter, tag & VLAN_ID);
}

function passesAddress(words: RegisterWords, frame: Uint8Array): boolean {
  const control = words.get(Register.rxControl);
  const destination = destinationOf(frame);
  if (destination === 'broadcast' && (control & RxControl.broadcast) !== 0) return true;
  if ((control & (destination === 'station' ? RxControl.allStations : RxControl.allGroups)) !== 0) return true;
  if (isOwnAddress(words, frame)) return true;
  const shift = GROUP_SHIFTS[(control >>> RxControl.groupShift) & 3];
  const bit = (((frame[5] << 8) | frame[4]) >> shift) & VLAN_ID;
  return destination !== 'station' && isSet(words, Register.multicast, bit);
}

/** One bit of a table of 4096. */
function isSet(words: RegisterWords, table: number, bit: number): boolean {
  return ((words.get(table + 4 * (bit >> 5)) >>> (bit & 31)) & 1) !== 0;
}

function isOwnAddress(words: RegisterWords, frame: Uint8Array): boolean {
  const low = (frame[0] | (frame[1] << 8) | (frame[2] << 16) | (frame[3] << 24)) >>> 0;
  const high = frame[4] | (frame[5] << 8);
  for (let n = 0; n < ADDRESS_COUNT; n++) {
    const upper = words.get(Register.addresses + 8 * n + 4);
    if (upper >= ADDRESS_VALID && words.get(Register.addresses + 8 * n) === low && (upper & 0xffff) === high)
      return true;
  }
  return false;
}
