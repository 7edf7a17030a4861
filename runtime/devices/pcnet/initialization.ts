import type { BusMemory } from '../../memory/bus-memory.ts';
import { isWide, physical } from './descriptors.ts';
import { Csr } from './registers.ts';
import type { PcnetState } from './state.ts';

/** Where the block has its parts, in bytes (data sheet, "Initialization Block"). */
const narrow = { bytes: 24, address: 2, filter: 8, receive: 16, transmit: 20 } as const;
const wide = { bytes: 28, address: 4, filter: 12, receive: 20, transmit: 24 } as const;
/** A ring has 512 descriptors at most. */
const LARGEST_POWER = 9;

/** Reads the initialization block into the registers. */
export function readInitialization(state: PcnetState, memory: BusMemory): void {
  const { csr } = state;
  const isWideBlock = isWide(state);
  const places = isWideBlock ? wide : narrow;
  const block = new Uint8Array(places.bytes);
  memory.read(physical(state, csr[Csr.initLow]! + csr[Csr.initHigh]! * 0x10000), block);
  const view = new DataView(block.buffer);
  const half = (at: number): number => view.getUint16(at, true);
  csr[Csr.mode] = half(0);
  for (let n = 0; n < 3; n++) csr[Csr.address + n] = half(places.address + 2 * n);
  for (let n = 0; n < 4; n++) csr[Csr.filter + n] = half(places.filter + 2 * n);
  const [receive, transmit] = [view.getUint32(places.receive, true), view.getUint32(places.transmit, true)];
  // Lengths are powers of 2: of 16-bit structures in the upper bits of the addresses.
  const powers = isWideBlock ? [block[2]! >> 4, block[3]! >> 4] : [receive >>> 29, transmit >>> 29];
  const [receivePower, transmitPower] = powers as [number, number];
  csr[Csr.tableLengths] = (transmitPower << 12) | (receivePower << 8);
  for (const [n, power] of powers.entries()) {
    const length = 1 << Math.min(power, LARGEST_POWER);
    csr[Csr.receiveLength + 2 * n] = length;
    csr[Csr.receiveCounter + 2 * n] = length;
  }
  const address = (word: number): number => physical(state, isWideBlock ? word : word & 0xffffff);
  state.receiveRing = address(receive);
  state.transmitRing = address(transmit);
}
