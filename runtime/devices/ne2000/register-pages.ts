import { ADDRESS_BYTES } from '../../ethernet/frame.ts';
import { Command, PAGE3, REALTEK_ID, Register } from './registers.ts';
import type { Ne2000State } from './state.ts';

/** Reads a register other than the command, on the present page. Where none is, reads give 0. */
export function readRegister(state: Ne2000State, offset: number, isRealtek: boolean): number {
  const page = state.command >> Command.pageShift;
  if (page === 0) return readPage0(state, offset, isRealtek);
  if (page === 1) return readPage1(state, offset);
  if (page === 2) return readPage2(state, offset);
  return isRealtek ? (PAGE3[offset] ?? 0) : 0;
}

function readPage0(state: Ne2000State, offset: number, isRealtek: boolean): number {
  switch (offset) {
    case Register.boundary:
      return state.boundary;
    case Register.transmitStatus:
      return state.transmitStatus;
    case Register.interruptStatus:
      return state.interruptStatus;
    case Register.currentRemoteLow:
      return state.remoteAddress & 0xff;
    case Register.currentRemoteHigh:
      return state.remoteAddress >> 8;
    case Register.id0:
      return isRealtek ? REALTEK_ID[0] : 0;
    case Register.id1:
      return isRealtek ? REALTEK_ID[1] : 0;
    case Register.receiveStatus:
      return state.receiveStatus;
    default:
      return 0;
  }
}

function readPage1(state: Ne2000State, offset: number): number {
  if (offset < Register.address + ADDRESS_BYTES) return state.address[offset - Register.address];
  return offset === Register.currentPage ? state.currentPage : state.multicast[offset - Register.multicast];
}

/** Reads page 2, which shows the registers of page 0 as they were written. */
function readPage2(state: Ne2000State, offset: number): number {
  switch (offset) {
    case Register.pageStart:
      return state.pageStart;
    case Register.pageStop:
      return state.pageStop;
    case Register.transmitPage:
      return state.transmitPage;
    case Register.receiveConfig:
      return state.receiveConfig;
    case Register.transmitConfig:
      return state.transmitConfig;
    case Register.dataConfig:
      return state.dataConfig;
    case Register.interruptMask:
      return state.interruptMask;
    default:
      return 0;
  }
}

/** Writes a register other than the command, on the present page. */
export function writeRegister(state: Ne2000State, offset: number, value: number): void {
  const page = state.command >> Command.pageShift;
  if (page === 0) writePage0(state, offset, value);
  else if (page === 1) writePage1(state, offset, value);
}

/** Registers of page 0 that only keep what is written. */
const kept: Readonly<Record<number, keyof Ne2000State>> = {
  [Register.pageStart]: 'pageStart',
  [Register.pageStop]: 'pageStop',
  [Register.boundary]: 'boundary',
  [Register.transmitPage]: 'transmitPage',
  [Register.receiveConfig]: 'receiveConfig',
  [Register.transmitConfig]: 'transmitConfig',
  [Register.dataConfig]: 'dataConfig',
  [Register.interruptMask]: 'interruptMask',
};

/** Low and high bytes of words. */
const halves: Readonly<
  Record<number, readonly [name: 'transmitCount' | 'remoteAddress' | 'remoteCount', shift: 0 | 8]>
> = {
  [Register.transmitCountLow]: ['transmitCount', 0],
  [Register.transmitCountHigh]: ['transmitCount', 8],
  [Register.remoteAddressLow]: ['remoteAddress', 0],
  [Register.remoteAddressHigh]: ['remoteAddress', 8],
  [Register.remoteCountLow]: ['remoteCount', 0],
  [Register.remoteCountHigh]: ['remoteCount', 8],
};

function writePage0(state: Ne2000State, offset: number, value: number): void {
  const name = kept[offset];
  const half = halves[offset];
  if (name !== undefined) Object.assign(state, { [name]: value });
  else if (half !== undefined) {
    const [word, shift] = half;
    state[word] = (state[word] & (0xff00 >> shift)) | (value << shift);
  } else if (offset === Register.interruptStatus) {
    // Ones clear; the reset bit follows the command register.
    state.interruptStatus &= ~(value & 0x7f);
  }
}

function writePage1(state: Ne2000State, offset: number, value: number): void {
  if (offset < Register.address + ADDRESS_BYTES) state.address[offset - Register.address] = value;
  else if (offset === Register.currentPage) state.currentPage = value;
  else state.multicast[offset - Register.multicast] = value;
}
