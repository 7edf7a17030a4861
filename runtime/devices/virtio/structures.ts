import { readCommon, writeCommon } from './common.ts';
import type { DriverSide } from './driver-side.ts';
import { NOTIFY_MULTIPLIER, Structure } from './registers.ts';

/** Reads `size` bytes of the structures in memory; 0 where nothing is. */
export function readStructure(driver: DriverSide, offset: number, size: number): number {
  const { common, isr, device } = Structure;
  if (within(offset, common)) return (readCommon(driver, offset - common.offset) & mask(size)) >>> 0;
  if (offset === isr.offset) return driver.takeIsr();
  return within(offset, device) ? readConfig(driver, offset - device.offset, size) : 0;
}

/** Whether something was there to be written. */
export function writeStructure(driver: DriverSide, offset: number, size: number, value: number): boolean {
  const { common, device, notify } = Structure;
  if (within(offset, common)) return writeCommon(driver, offset - common.offset, size, (value & mask(size)) >>> 0);
  if (within(offset, notify)) driver.notify(Math.floor((offset - notify.offset) / NOTIFY_MULTIPLIER));
  else if (within(offset, device)) writeConfig(driver, offset - device.offset, size, value);
  else return false;
  return true;
}

function within(offset: number, structure: { readonly offset: number; readonly length: number }): boolean {
  return offset >= structure.offset && offset < structure.offset + structure.length;
}

function mask(size: number): number {
  return size === 4 ? -1 : (1 << (8 * size)) - 1;
}

function readConfig(driver: DriverSide, offset: number, size: number): number {
  let value = 0;
  for (let n = 0; n < size; n++) value += driver.readConfig(offset + n) * 2 ** (8 * n);
  return value;
}

function writeConfig(driver: DriverSide, offset: number, size: number, value: number): void {
  for (let n = 0; n < size; n++) driver.writeConfig(offset + n, (value >>> (8 * n)) & 0xff);
}
