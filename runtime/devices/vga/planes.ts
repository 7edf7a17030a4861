import type { GuestRam } from '../../memory/ram.ts';
import { isVbeLinear, passesBytes } from './modes.ts';
import { Graphics, GraphicsMiscellaneous, GraphicsMode, MemoryMode, Sequencer, Vbe } from './registers.ts';
import type { VgaState } from './state.ts';

/** Eight ones for each plane of a mask of four. */
const PLANES = Int32Array.from({ length: 16 }, (_, mask) =>
  [0, 1, 2, 3].reduce((word, plane) => word | ((mask >> plane) & 1 ? 0xff << (8 * plane) : 0), 0),
);
const ALL_PLANES = 15;
/** What of the 128 KB from A0000h on the card answers, by the memory map select. */
export const APERTURES = [
  { start: 0, length: 0x20000 },
  { start: 0, length: 0x10000 },
  { start: 0x10000, length: 0x8000 },
  { start: 0x18000, length: 0x8000 },
] as const;
/** The memory map select that bank switching is for. */
export const BANKED = 1;

/** How an address selects a byte of four planes. */
type Addressing = 'planar' | 'oddEven' | 'chain4';

/**
 * Video memory as the processor sees it from A0000h on. The byte at address n of plane p is at 4n + p, so that with chain 4
 * addresses are offsets in memory. Sequencer and graphics controller process what is read and written (FreeVGA, "Accessing
 * the VGA display memory").
 */
export class Planes {
  readonly #state: VgaState;
  readonly #ram: GuestRam;
  /** Index of the first word of video memory in the buffer, and how many there are. */
  readonly #firstWord: number;
  readonly #words: number;
  // Derived from the registers: see `changed`.
  #start = 0;
  #length = 0;
  #bankOffset = 0;
  #addressing: Addressing = 'planar';
  #mapMask = 0;
  /** A byte written goes to memory as it is. */
  #isPlain = false;

  constructor(state: VgaState, ram: GuestRam, firstByte: number, length: number) {
    this.#state = state;
    this.#ram = ram;
    this.#firstWord = firstByte / 4;
    this.#words = length / 4;
  }

  /** Registers have changed. */
  changed(): void {
    const { sequencer, graphics, vbe } = this.#state;
    const select = (graphics[Graphics.miscellaneous] & GraphicsMiscellaneous.mapMask) >> GraphicsMiscellaneous.mapShift;
    this.#start = APERTURES[select].start;
    this.#length = APERTURES[select].length;
    this.#bankOffset = select === BANKED ? vbe[Vbe.bank] << 16 : 0;
    const vbeLinear = isVbeLinear(this.#state);
    this.#mapMask = vbeLinear ? ALL_PLANES : sequencer[Sequencer.mapMask];
    this.#isPlain = vbeLinear || passesBytes(graphics);
    if (vbeLinear || (sequencer[Sequencer.memoryMode] & MemoryMode.chain4) !== 0) this.#addressing = 'chain4';
    else this.#addressing = (graphics[Graphics.mode] & GraphicsMode.oddEven) !== 0 ? 'oddEven' : 'planar';
  }

  /** A byte at an offset from A0000h. Loads the latches. */
  read(offset: number): number {
    const { graphics } = this.#state;
    const address = this.#address(offset);
    const word = this.#word(address);
    if (word < 0) return 0xff;
    const latch = this.#ram.words[word];
    this.#state.latch = latch;
    if ((graphics[Graphics.mode] & GraphicsMode.readMode1) !== 0) return this.#compare(latch);
    return (latch >>> (8 * this.#readPlane(address))) & 0xff;
  }

  write(offset: number, value: number): void {
    const address = this.#address(offset);
    const word = this.#word(address);
    if (word < 0) return;
    const planes = PLANES[this.#writtenPlanes(address)];
    const data = this.#isPlain ? value * 0x01010101 : this.#combine(value);
    const { words, frames } = this.#ram;
    words[word] = (words[word] & ~planes) | (data & planes);
    frames.stored(word * 4, 4, 'device');
  }

  /** The address in the aperture; negative where the card does not answer. */
  #address(offset: number): number {
    const address = offset - this.#start;
    return address < this.#length ? address + (address < 0 ? 0 : this.#bankOffset) : -1;
  }

  /** The word of four planes that an address is in, as an index into the buffer; -1 if there is none. */
  #word(address: number): number {
    if (address < 0) return -1;
    const shift = this.#addressing === 'planar' ? 0 : this.#addressing === 'oddEven' ? 1 : 2;
    const word = address >>> shift;
    return word < this.#words ? this.#firstWord + word : -1;
  }

  #readPlane(address: number): number {
    if (this.#addressing === 'chain4') return address & 3;
    const plane = this.#state.graphics[Graphics.readMap];
    return this.#addressing === 'oddEven' ? (plane & 2) | (address & 1) : plane;
  }

  /** Even addresses reach the even planes where odd and even ones are apart. */
  #writtenPlanes(address: number): number {
    if (this.#addressing === 'planar') return this.#mapMask;
    if (this.#addressing === 'chain4') return this.#mapMask & (1 << (address & 3));
    return this.#mapMask & (address & 1 ? 0b1010 : 0b0101);
  }

  /** Read mode 1: a bit is set where the planes that count have the color. */
  #compare(latch: number): number {
    const { graphics } = this.#state;
    const different = (latch ^ PLANES[graphics[Graphics.colorCompare]]) & PLANES[graphics[Graphics.colorDontCare]];
    const halves = different | (different >>> 16);
    return ~(halves | (halves >>> 8)) & 0xff;
  }

  /** What goes to the four planes for a byte written, by the write mode. */
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
