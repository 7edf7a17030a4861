import { bytes, describe, flag, i32, type StateOf, starting, u8 } from '../../snapshot/describe.ts';
import { integerField } from '../../snapshot/fields.ts';

/** What every adapter has; one with more registers describes their fields anew. */
export const vgaFields = {
  miscellaneous: u8,
  featureControl: u8,
  sequencerIndex: integerField('0-7', 0, 7),
  sequencer: bytes(8),
  graphicsIndex: integerField('0-15', 0, 15),
  graphics: bytes(16),
  crtcIndex: u8,
  crtc: bytes(256),
  attributeIndex: u8,
  /** The next write to the attribute port is data. */
  attributeDataNext: flag,
  attribute: bytes(32),
  dacMask: starting(u8, 0xff),
  dacReadIndex: u8,
  dacWriteIndex: u8,
  /** Of the color that is being read or written: 0 red, 1 green, 2 blue. */
  dacComponent: integerField('0-2', 0, 2),
  dacReading: flag,
  /** Components of a color of which not all have been written. */
  dacPending: bytes(3),
  /** Red, green and blue of each color. */
  palette: bytes(768),
  /** What the last read left in the four latches: plane 0 in bits 0-7. */
  latch: i32,
};

const vgaState = describe(vgaFields);

/** What the shared parts know of an adapter's state. */
export type VgaState = StateOf<typeof vgaState>;
