import { describe, u16, u32 } from '../../snapshot/describe.ts';

export const fwCfgState = describe({
  /** The selected item. */
  key: u16,
  /** Bytes of it that have been read or skipped. */
  offset: u32,
  /** Upper half of the address of the next DMA access. */
  addressHigh: u32,
});
