import { bytes, describe, flag, i32, type StateOf, starting, u8 } from '../../snapshot/describe.ts';
import { integerField } from '../../snapshot/fields.ts';

/** Fields that every adapter has; an adapter with more registers redefines theirs. */
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
  /** The component of the color that is being read or written: 0 red, 1 green, 2 blue. */
  dacComponent: integerField('0-2', 0, 2),
  dacReading: flag,
  /** Components of a color of which not all have been written. */
  dacPending: bytes(3),
  /** Red, green and blue of each color. */
  palette: bytes(768),
  /** The four latches, which the last read filled: plane 0 in bits 0-7. */
  latch: i32,
};

export const vgaState = describe(vgaFields);

/** An adapter's state as the shared parts see it. */
export type VgaState = StateOf<typeof vgaState>;
