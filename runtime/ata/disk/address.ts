import type { Geometry } from '../../disks/geometry.ts';
import { Device, Register } from '../registers.ts';

/** Sectors that 28 bits of address reach. */
export const LBA28_SECTORS = 2 ** 28;

/** The sector that a command's registers address; null if there is no such place in the geometry. */
export function addressIn(
  registers: Uint8Array,
  previous: Uint8Array,
  extended: boolean,
  geometry: Geometry,
): number | null {
  const low = low24(registers);
  const device = registers[Register.device];
  if ((device & Device.lba) === 0) return chsAddress(registers, geometry);
  return low + 2 ** 24 * (extended ? low24(previous) : device & Device.head);
}

/** 48 bits of address, whatever the device register says. */
export function extendedAddress(registers: Uint8Array, previous: Uint8Array): number {
  return low24(registers) + 2 ** 24 * low24(previous);
}

/** The count of a command: 0 stands for the most that it can say. */
export function countIn(registers: Uint8Array, previous: Uint8Array, extended: boolean): number {
  const low = registers[Register.sectorCount];
  if (!extended) return low || 0x100;
  return low | (previous[Register.sectorCount] << 8) || 0x10000;
}

/** Puts an address into the registers, as `addressIn` takes it from there. */
export function putAddress(
  address: number,
  registers: Uint8Array,
  previous: Uint8Array,
  extended: boolean,
  geometry: Geometry,
): void {
  const device = registers[Register.device];
  if ((device & Device.lba) === 0) putChs(address, registers, geometry);
  else putLba(address, registers, previous, extended);
}

function putLba(address: number, registers: Uint8Array, previous: Uint8Array, extended: boolean): void {
  const device = registers[Register.device];
  const high = Math.floor(address / 2 ** 24);
  putLow24(registers, address % 2 ** 24);
  if (extended) putLow24(previous, high);
  else registers[Register.device] = (device & ~Device.head) | (high & Device.head);
}

function low24(registers: Uint8Array): number {
  return registers[Register.lbaLow] | (registers[Register.lbaMid] << 8) | (registers[Register.lbaHigh] << 16);
}

function putLow24(registers: Uint8Array, value: number): void {
  registers[Register.lbaLow] = value;
  registers[Register.lbaMid] = value >> 8;
  registers[Register.lbaHigh] = value >> 16;
}

function chsAddress(registers: Uint8Array, { heads, sectors }: Geometry): number | null {
  const cylinder = registers[Register.lbaMid] | (registers[Register.lbaHigh] << 8);
  const head = registers[Register.device] & Device.head;
  const sector = registers[Register.lbaLow];
  if (head >= heads || sector === 0 || sector > sectors) return null;
  return (cylinder * heads + head) * sectors + sector - 1;
}

function putChs(address: number, registers: Uint8Array, { heads, sectors }: Geometry): void {
  const track = Math.floor(address / sectors);
  const cylinder = Math.floor(track / heads);
  registers[Register.lbaLow] = (address % sectors) + 1;
  registers[Register.lbaMid] = cylinder;
  registers[Register.lbaHigh] = cylinder >> 8;
  registers[Register.device] = (registers[Register.device] & ~Device.head) | (track % heads);
}
