import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import { type ApertureMemory, type DirectRange, readBytes, writeBytes } from './aperture.ts';
import { APERTURES, type ApertureMode, bankOffset, isLinear, mapSelect, passesBytes } from './modes.ts';
import { Graphics, GraphicsMiscellaneous, GraphicsMode, MemoryMode, Sequencer } from './registers.ts';
import type { VgaState } from './state.ts';
import type { VideoRam } from './video-ram.ts';

/** Eight ones for each plane of a mask of four. */
const PLANES = Int32Array.from({ length: 16 }, (_, mask) =>
  [0, 1, 2, 3].reduce((word, plane) => word | ((mask >> plane) & 1 ? 0xff << (8 * plane) : 0), 0),
);
const ALL_PLANES = 15;
/** Which planes an address reaches. */
type Addressing = 'planar' | 'oddEven' | 'chain4';

/** The way of a byte between the processor and memory. */
interface Way {
  /** The aperture, from A0000h on. */
  readonly start: number;
  readonly length: number;
  readonly bankOffset: number;
  readonly writes: Addressing;
  readonly reads: Addressing;
  /** Bits of an address that select planes, and are not part of the address in them. */
  readonly planeBits: 0 | 1 | 2;
  /** Planes that can be written. */
  readonly mapMask: number;
  /** A byte written goes to memory as it is. */
  readonly isPlain: boolean;
}

/**
 * Odd and even addresses are three bits' matter: the sequencer has its own for what is written, the graphics controller one for what is read, and one
 * for the address (IBM, "PS/2 Hardware Interface Technical Reference", Video Subsystem: memory mode, graphics mode, miscellaneous).
 */
function wayOf({ sequencer, graphics }: VgaState, mode: ApertureMode): Way {
  const select = mapSelect(graphics);
  const linear = mode.isLinear;
  const chained = linear || (sequencer[Sequencer.memoryMode] & MemoryMode.chain4) !== 0;
  const writesInTurn = (sequencer[Sequencer.memoryMode] & MemoryMode.sequential) === 0;
  const readsInTurn = (graphics[Graphics.mode] & GraphicsMode.oddEven) !== 0;
  const replacesBit = (graphics[Graphics.miscellaneous] & GraphicsMiscellaneous.chainOddEven) !== 0;
  return {
    ...APERTURES[select],
    bankOffset: bankOffset(graphics, mode),
    writes: chained ? 'chain4' : writesInTurn ? 'oddEven' : 'planar',
    reads: chained ? 'chain4' : readsInTurn ? 'oddEven' : 'planar',
    planeBits: chained ? 2 : replacesBit ? 1 : 0,
    mapMask: linear ? ALL_PLANES : sequencer[Sequencer.mapMask],
    isPlain: linear || passesBytes(graphics),
  };
}

/**
 * Video memory as the processor sees it from A0000h on. The byte at address n of plane p is at 4n + p, so that with chain 4
 * addresses are offsets in memory. Sequencer and graphics controller process what is read and written (FreeVGA, "Accessing
 * the VGA display memory").
 */
export class Planes implements ApertureMemory {
  readonly #state: VgaState;
  readonly #memory: VideoRam;
  readonly #mode: () => ApertureMode;
  /** Derived from the registers, as they were. */
  #way: Way = {
    ...{ start: 0, length: 0, bankOffset: 0, writes: 'planar', reads: 'planar' },
    ...{ planeBits: 0, mapMask: 0, isPlain: false },
  };
  /** Derived: they have changed since. */
  #isStale = true;

  /** A byte at an offset from A0000h. Loads the latches. */
  readonly #readByte = (offset: number): number => {
    const { graphics } = this.#state;
    const address = this.#address(offset);
    const word = this.#word(address);
    if (word < 0) return 0xff;
    const latch = this.#memory.ram.words[word];
    this.#state.latch = latch;
    if ((graphics[Graphics.mode] & GraphicsMode.readMode1) !== 0) return this.#compare(latch);
    return (latch >>> (8 * this.#readPlane(address))) & 0xff;
  };

  readonly #writeByte = (offset: number, value: number): void => {
    const address = this.#address(offset);
    const word = this.#word(address);
    if (word < 0) return;
    const planes = PLANES[this.#writtenPlanes(address)];
    const data = this.#way.isPlain ? value * 0x01010101 : this.#combine(value);
    const { words, frames } = this.#memory.ram;
    words[word] = (words[word] & ~planes) | (data & planes);
    frames.stored(word * 4, 4, 'device');
  };

  constructor(state: VgaState, memory: VideoRam, mode: () => ApertureMode) {
    this.#state = state;
    this.#memory = memory;
    this.#mode = mode;
  }

  /** Several registers change between two accesses: the way is found when there is one. */
  changed(): void {
    this.#isStale = true;
  }

  #follow(): void {
    this.#way = wayOf(this.#state, this.#mode());
    this.#isStale = false;
  }

  direct(): readonly DirectRange[] {
    const mode = this.#mode();
    if (!isLinear(this.#state, mode)) return [];
    const { graphics } = this.#state;
    const { start, length } = APERTURES[mapSelect(graphics)];
    return [{ start, length, frame: this.#memory.firstFrame + bankOffset(graphics, mode) / PAGE_BYTES }];
  }

  read(offset: number, size: number): number {
    if (this.#isStale) this.#follow();
    return readBytes(this.#readByte, offset, size);
  }

  write(offset: number, size: number, value: number): void {
    if (this.#isStale) this.#follow();
    writeBytes(this.#writeByte, offset, size, value);
  }

  /** The address in the aperture; negative where the card does not answer. */
  #address(offset: number): number {
    const { start, length, bankOffset } = this.#way;
    const address = offset - start;
    return address >= 0 && address < length ? address + bankOffset : -1;
  }

  /** The word of four planes that an address is in, as an index into the buffer; -1 if there is none. */
  #word(address: number): number {
    if (address < 0) return -1;
    const word = address >>> this.#way.planeBits;
    const { start, length } = this.#memory;
    return word < length / 4 ? start / 4 + word : -1;
  }

  #readPlane(address: number): number {
    if (this.#way.reads === 'chain4') return address & 3;
    const plane = this.#state.graphics[Graphics.readMap];
    return this.#way.reads === 'oddEven' ? (plane & 2) | (address & 1) : plane;
  }

  /** Even addresses reach the even planes where odd and even ones are apart. */
  #writtenPlanes(address: number): number {
    if (this.#way.writes === 'planar') return this.#way.mapMask;
    if (this.#way.writes === 'chain4') return this.#way.mapMask & (1 << (address & 3));
    return this.#way.mapMask & (address & 1 ? 0b1010 : 0b0101);
  }

  /** Read mode 1: a bit is set where the planes that count have the color. */
  #compare(latch: number): number {
    const { graphics } = this.#state;
    const different = (latch ^ PLANES[graphics[Graphics.colorCompare]]) & PLANES[graphics[Graphics.colorDontCare]];
    const halves = different | (different >>> 16);
    return ~(halves | (halves >>> 8)) & 0xff;
  }

  /** The 32 bits for the four planes that a written byte becomes, by the write mode. */
  #combine(value: number): number {
    const { graphics, latch } = this.#state;
    const bitMask = graphics[Graphics.bitMask];
    switch (graphics[Graphics.mode] & GraphicsMode.writeMode) {
      case 0:
        return this.#masked(this.#setReset(this.#rotate(value)), bitMask);
      case 1:
        return latch;
      case 2:
        return this.#masked(PLANES[value & ALL_PLANES], bitMask);
      default:
        return this.#masked(PLANES[graphics[Graphics.setReset]], bitMask & this.#rotate(value));
    }
  }

  #rotate(value: number): number {
    const count = this.#state.graphics[Graphics.dataRotate] & 7;
    return ((value >> count) | (value << (8 - count))) & 0xff;
  }

  #setReset(value: number): number {
    const { graphics } = this.#state;
    const enabled = PLANES[graphics[Graphics.enableSetReset]];
    return ((value * 0x01010101) & ~enabled) | (PLANES[graphics[Graphics.setReset]] & enabled);
  }

  /** The logical operation with the latches, for the bits of the mask; others come from the latches. */
  #masked(data: number, mask: number): number {
    const { graphics, latch } = this.#state;
    const bits = mask * 0x01010101;
    return (operate(graphics[Graphics.dataRotate] >> 3, data, latch) & bits) | (latch & ~bits);
  }
}

function operate(operation: number, data: number, latch: number): number {
  switch (operation) {
    case 1:
      return data & latch;
    case 2:
      return data | latch;
    case 3:
      return data ^ latch;
    default:
      return data;
  }
}
