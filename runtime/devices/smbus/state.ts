import { bytes, describe, list, u8, u16 } from '../../snapshot/describe.ts';
import { BLOCK_BYTES } from './registers.ts';

/** The host's registers. */
export const hostState = describe({
  status: u8,
  control: u8,
  command: u8,
  address: u8,
  data0: u8,
  data1: u8,
  block: bytes(BLOCK_BYTES),
  blockIndex: u8,
  slaveControl: u8,
  slaveEvent: u16,
});

/** As many as there are addresses for them, 50h to 57h. */
export const EEPROMS = 8;
export const EEPROM_BYTES = 256;

const eepromState = describe({
  contents: bytes(EEPROM_BYTES),
  /** Address of the byte that is read next. */
  position: u8,
});

export const eepromsState = describe({ chips: list(EEPROMS, eepromState) });
