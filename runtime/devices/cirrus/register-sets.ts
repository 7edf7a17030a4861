import { type IndexedRegisters, type RegisterSets, vgaRegisters } from '../vga/indexed-registers.ts';
import type { Blitter } from './blitter.ts';
import {
  BlitStart,
  Configuration,
  CRTC_PLAIN,
  CRTC_READ_ONLY,
  Crtc,
  CURSOR_INDEX,
  GRAPHICS_END,
  GRAPHICS_MODE_WRITABLE,
  GRAPHICS_WRITABLE,
  Graphics,
  SEQUENCER_COUNT,
  Sequencer,
  Unlock,
} from './registers.ts';
import type { CirrusState } from './state.ts';

/** The value that a register reads as where there is none. */
const ABSENT = 0xff;
/** The last registers of the VGA itself. */
const VGA_SEQUENCER = 4;
const VGA_GRAPHICS = 8;
const VGA_CRTC = 0x18;

/** The VGA's registers with those of the chip beyond them. As in QEMU they answer whether they are unlocked or not. */
export function cirrusRegisters(state: CirrusState, blitter: Blitter): RegisterSets {
  const vga = vgaRegisters(state);
  return {
    sequencer: sequencer(state, vga.sequencer),
    graphics: graphics(state, vga.graphics, blitter),
    crtc: crtc(state, vga.crtc),
  };
}

function sequencer(state: CirrusState, vga: IndexedRegisters): IndexedRegisters {
  return {
    indexMask: 0xff,
    read(index) {
      const cursor = cursorAxis(index);
      if (cursor !== null) return state.sequencer[cursor];
      return index < SEQUENCER_COUNT ? state.sequencer[index] : ABSENT;
    },
    write(index, value) {
      const registers = state.sequencer;
      const cursor = cursorAxis(index);
      if (cursor !== null) {
        registers[cursor] = value;
        state[cursor === Sequencer.cursorX ? 'cursorX' : 'cursorY'] = (value << 3) | (index >> CURSOR_INDEX.shift);
      } else if (index <= VGA_SEQUENCER) vga.write(index, value);
      else if (index === Sequencer.unlock) {
        registers[index] = (value & Unlock.mask) === Unlock.key ? Unlock.key : Unlock.locked;
      } else if (index === Sequencer.configuration) {
        const { writable } = Configuration;
        registers[index] = (registers[index] & ~writable) | (value & writable);
      } else if (index > Sequencer.unlock && index < SEQUENCER_COUNT) registers[index] = value;
    },
  };
}

/** The position that an index is for: its highest bits are the lowest of the position. */
function cursorAxis(index: number): number | null {
  const axis = index & CURSOR_INDEX.mask;
  return axis === Sequencer.cursorX || axis === Sequencer.cursorY ? axis : null;
}

function graphics(state: CirrusState, vga: IndexedRegisters, blitter: Blitter): IndexedRegisters {
  return {
    indexMask: 0xff,
    read(index) {
      if (index === Graphics.background) return state.background;
      if (index === Graphics.foreground) return state.foreground;
      return index < GRAPHICS_END ? state.graphics[index] : ABSENT;
    },
    write(index, value) {
      if (index === Graphics.background) state.background = value;
      if (index === Graphics.foreground) state.foreground = value;
      if (index === Graphics.mode) state.graphics[index] = value & GRAPHICS_MODE_WRITABLE;
      else if (index <= VGA_GRAPHICS) vga.write(index, value);
      else if (index === Graphics.blitStart) blitter.control(value);
      else state.graphics[index] = (value & (GRAPHICS_WRITABLE[index] ?? 0)) | kept(state, index);
      const isAutomatic = (state.graphics[Graphics.blitStart] & BlitStart.automatic) !== 0;
      if (index === Graphics.destinationHigh && isAutomatic) blitter.start();
    },
  };
}

/** The value of a register that cannot be written; 0 for one that can. */
function kept({ graphics: registers }: CirrusState, index: number): number {
  return GRAPHICS_WRITABLE[index] === undefined ? registers[index] : 0;
}

function crtc(state: CirrusState, vga: IndexedRegisters): IndexedRegisters {
  const isPlain = (index: number): boolean => index >= CRTC_PLAIN[0] && index <= CRTC_PLAIN[1];
  return {
    indexMask: 0xff,
    read(index) {
      if (index === Crtc.attributeToggle) return state.attributeDataNext ? 0x80 : 0;
      if (index === Crtc.attributeIndex) return state.attributeIndex;
      const isThere = index <= VGA_CRTC || isPlain(index) || CRTC_READ_ONLY.includes(index);
      return isThere ? state.crtc[index] : ABSENT;
    },
    write(index, value) {
      if (index <= VGA_CRTC || isPlain(index)) vga.write(index, value);
    },
  };
}
