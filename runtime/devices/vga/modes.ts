import { Graphics, GraphicsMiscellaneous, GraphicsMode, MemoryMode, Sequencer } from './registers.ts';
import type { VgaState } from './state.ts';

/** The registers that say where on the card a byte goes. */
type MemoryRegisters = Pick<VgaState, 'sequencer' | 'graphics'>;

const ALL_PLANES = 15;
/** Where display adapters have their memory below 1 MB: physical addresses, and bytes. */
export const VGA_WINDOW = { base: 0xa0000, length: 0x20000 } as const;

/** The part of the 128 KB from A0000h on that the card answers, by the memory map select. */
export const APERTURES = [
  { start: 0, length: 0x20000 },
  { start: 0, length: 0x10000 },
  { start: 0x10000, length: 0x8000 },
  { start: 0x18000, length: 0x8000 },
] as const;
/** The memory map select that bank switching is for. */
const BANKED = 1;

/** An adapter's extensions of the VGA's aperture. */
export interface ApertureMode {
  /** Neither sequencer nor graphics controller touches what is written. */
  readonly isLinear: boolean;
  /** Bytes that the bank is from the start of memory. */
  readonly bank: number;
}

/** The memory map select of the graphics controller. */
export function mapSelect(graphics: Uint8Array): number {
  return (graphics[Graphics.miscellaneous] & GraphicsMiscellaneous.mapMask) >> GraphicsMiscellaneous.mapShift;
}

/** Bytes that the bank adds to addresses in the aperture; 0 where no banks are used. */
export function bankOffset(graphics: Uint8Array, { bank }: ApertureMode): number {
  return mapSelect(graphics) === BANKED ? bank : 0;
}

/** The graphics controller neither changes what is written nor needs the latches for it. */
export function passesBytes(graphics: Uint8Array): boolean {
  return (
    (graphics[Graphics.mode] & GraphicsMode.writeMode) === 0 &&
    graphics[Graphics.enableSetReset] === 0 &&
    graphics[Graphics.dataRotate] === 0 &&
    graphics[Graphics.bitMask] === 0xff
  );
}

/** Bytes that the processor reads and writes are those of video memory, one after the other. */
export function isLinear({ sequencer, graphics }: MemoryRegisters, mode: ApertureMode): boolean {
  if (mode.isLinear) return true;
  const chained = (sequencer[Sequencer.memoryMode] & MemoryMode.chain4) !== 0;
  const readsBytes = (graphics[Graphics.mode] & GraphicsMode.readMode1) === 0;
  return chained && sequencer[Sequencer.mapMask] === ALL_PLANES && readsBytes && passesBytes(graphics);
}
