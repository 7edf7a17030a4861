import { CRTC_PROTECT, Crtc, GRAPHICS_WRITABLE, Overflow, SEQUENCER_WRITABLE } from './registers.ts';
import type { VgaState } from './state.ts';

/** Registers behind a port for their index and one for their data. */
export interface IndexedRegisters {
  /** Bits that the index port keeps. */
  readonly indexMask: number;
  read(index: number): number;
  write(index: number, value: number): void;
}

/** The three sets of registers that adapters extend. */
export interface RegisterSets {
  readonly sequencer: IndexedRegisters;
  readonly graphics: IndexedRegisters;
  readonly crtc: IndexedRegisters;
}

/** The VGA's own. */
export function vgaRegisters(state: VgaState): RegisterSets {
  return {
    sequencer: {
      indexMask: 7,
      read: (index) => state.sequencer[index],
      write: (index, value) => {
        state.sequencer[index] = value & SEQUENCER_WRITABLE[index];
      },
    },
    graphics: {
      indexMask: 15,
      read: (index) => state.graphics[index],
      write: (index, value) => {
        state.graphics[index] = value & GRAPHICS_WRITABLE[index];
      },
    },
    crtc: {
      indexMask: 0xff,
      read: (index) => state.crtc[index],
      write: (index, value) => writeCrtc(state.crtc, index, value),
    },
  };
}

function writeCrtc(crtc: Uint8Array, index: number, value: number): void {
  const isProtected = index <= Crtc.overflow && (crtc[Crtc.verticalRetraceEnd] & CRTC_PROTECT) !== 0;
  if (!isProtected) crtc[index] = value;
  else if (index === Crtc.overflow) {
    crtc[index] = (crtc[index] & ~Overflow.lineCompare8) | (value & Overflow.lineCompare8);
  }
}
