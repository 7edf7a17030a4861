import { describe, f64, flag, starting, u8, u16, u32 } from '../../snapshot/describe.ts';
import { INITIAL_TRANSFER_MODE } from '../identify.ts';
import { driveState } from '../state.ts';

/** Most sectors of a block of READ and WRITE MULTIPLE. */
export const MOST_MULTIPLE = 16;

const geometryState = describe({ cylinders: u16, heads: u8, sectors: u8 });

export const diskState = describe({
  common: driveState,
  /** The next sector of the command under way, and how many there still are. */
  sector: f64,
  remaining: u32,
  /** Sectors of the present request. */
  chunk: u16,
  /** After an error: sectors are read one by one, so that the bad one is known. */
  single: flag,
  /** The block that begins is the command's first. */
  first: flag,
  /** SET MULTIPLE MODE, SET FEATURES, INITIALIZE DEVICE PARAMETERS, SMART ENABLE and DISABLE OPERATIONS. */
  multiple: starting(u8, MOST_MULTIPLE),
  transferMode: starting(u8, INITIAL_TRANSFER_MODE),
  writeCache: starting(flag, true),
  geometry: geometryState,
  smart: starting(flag, true),
});
