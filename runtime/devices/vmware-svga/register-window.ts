import {
  Capability,
  CursorOn,
  FIFO_BYTES,
  LARGEST,
  MEMORY_BYTES,
  Port,
  Register,
  SCRATCH_COUNT,
  Version,
} from './registers.ts';
import { DEPTHS, type VmwareState } from './state.ts';
import { lineBytesOf } from './surface.ts';

export interface RegisterOptions {
  /** Where a base address register has its memory; 0: nowhere. */
  readonly placeOf: (bar: number) => number;
  /** The device was turned on or off, or set up, or a color was changed. */
  readonly changed: () => void;
  readonly runCommands: () => void;
}

const PALETTE_BYTES = 768;
const CAPABILITIES =
  Capability.rectangleFill |
  Capability.rectangleCopy |
  Capability.cursor |
  Capability.cursorRegisters |
  Capability.eightBits |
  Capability.alphaCursor |
  Capability.pitchLock;

/** Bits of red, green and blue in a pixel. */
const MASKS: Readonly<Record<number, readonly [red: number, green: number, blue: number]>> = {
  8: [0, 0, 0],
  16: [0xf800, 0x07e0, 0x001f],
  24: [0xff0000, 0x00ff00, 0x0000ff],
  32: [0xff0000, 0x00ff00, 0x0000ff],
};

/** Bits of a pixel that are color. */
const colorBits = ({ depth }: VmwareState): number => Math.min(depth, 24);

/** The two ports of the device, an index and a value, and the registers behind them. */
export class RegisterWindow {
  readonly #state: VmwareState;
  readonly #options: RegisterOptions;
  readonly #readers: Readonly<Record<number, () => number>>;
  readonly #writers: Readonly<Record<number, (value: number) => void>>;

  constructor(state: VmwareState, options: RegisterOptions) {
    this.#state = state;
    this.#options = options;
    this.#readers = readersOf(state, options);
    this.#writers = writersOf(state, options);
  }

  /** @param offset of a port in the range */
  read(offset: number): number {
    const { index } = this.#state;
    if (offset === Port.index) return index;
    return offset === Port.value ? this.#readRegister(index) >>> 0 : 0xffffffff;
  }

  write(offset: number, value: number): void {
    if (offset === Port.index) this.#state.index = value;
    else if (offset === Port.value) this.#writeRegister(this.#state.index, value);
  }

  #readRegister(index: number): number {
    const { palette, scratch } = this.#state;
    return this.#readers[index]?.() ?? palette[paletteIndex(index)] ?? scratch[scratchIndex(index)] ?? 0;
  }

  #writeRegister(index: number, value: number): void {
    const { palette, scratch } = this.#state;
    if (paletteIndex(index) in palette) {
      palette[paletteIndex(index)] = value;
      this.#options.changed();
    } else if (scratchIndex(index) in scratch) scratch[scratchIndex(index)] = value;
    else this.#writers[index]?.(value);
  }
}

const paletteIndex = (index: number): number =>
  index < Register.palette + PALETTE_BYTES ? index - Register.palette : -1;
const scratchIndex = (index: number): number => index - Register.scratch;

function readersOf(state: VmwareState, { placeOf, runCommands }: RegisterOptions): Record<number, () => number> {
  const busy = (): number => {
    if (state.isSyncing) runCommands();
    return Number(state.isSyncing);
  };
  return {
    [Register.id]: () => state.version,
    [Register.enable]: () => Number(state.isEnabled),
    [Register.width]: () => state.width,
    [Register.height]: () => state.height,
    [Register.maxWidth]: () => LARGEST.width,
    [Register.maxHeight]: () => LARGEST.height,
    [Register.depth]: () => colorBits(state),
    [Register.bitsPerPixel]: () => state.depth,
    [Register.pseudoColor]: () => Number(state.depth === 8),
    [Register.redMask]: () => MASKS[state.depth]![0],
    [Register.greenMask]: () => MASKS[state.depth]![1],
    [Register.blueMask]: () => MASKS[state.depth]![2],
    [Register.bytesPerLine]: () => lineBytesOf(state),
    [Register.frameBufferStart]: () => placeOf(1),
    [Register.frameBufferOffset]: () => 0,
    [Register.memoryBytes]: () => MEMORY_BYTES,
    [Register.frameBufferBytes]: () => MEMORY_BYTES,
    [Register.capabilities]: () => CAPABILITIES,
    [Register.fifoStart]: () => placeOf(2),
    [Register.fifoBytes]: () => FIFO_BYTES,
    [Register.configurationDone]: () => Number(state.isConfigured),
    [Register.sync]: busy,
    [Register.busy]: busy,
    [Register.guestId]: () => state.guestId,
    [Register.cursorId]: () => state.cursor.id,
    [Register.cursorX]: () => state.cursor.x,
    [Register.cursorY]: () => state.cursor.y,
    [Register.cursorOn]: () => Number(state.cursor.isShown),
    [Register.hostBitsPerPixel]: () => 32,
    [Register.scratchCount]: () => SCRATCH_COUNT,
    [Register.displayCount]: () => 1,
    [Register.pitchLock]: () => state.pitchLock,
  };
}

function writersOf(state: VmwareState, options: RegisterOptions): Record<number, (value: number) => void> {
  const { changed, runCommands } = options;
  return {
    [Register.id]: (value) => {
      if (value >= Version.first && value <= Version.last) state.version = value;
    },
    [Register.enable]: (value) => {
      state.isEnabled = (value & 1) !== 0;
      changed();
    },
    [Register.width]: (value) => {
      if (value > 0 && value <= LARGEST.width) state.width = value;
    },
    [Register.height]: (value) => {
      if (value > 0 && value <= LARGEST.height) state.height = value;
    },
    [Register.bitsPerPixel]: (value) => {
      if (DEPTHS.some((depth) => depth === value)) state.depth = value;
    },
    [Register.pitchLock]: (value) => {
      state.pitchLock = value;
    },
    [Register.configurationDone]: (value) => {
      state.isConfigured = value !== 0;
      changed();
    },
    [Register.sync]: () => {
      state.isSyncing = true;
      runCommands();
    },
    [Register.guestId]: (value) => {
      state.guestId = value;
    },
    [Register.cursorId]: (value) => {
      state.cursor.id = value;
    },
    [Register.cursorX]: (value) => {
      state.cursor.x = value | 0;
    },
    [Register.cursorY]: (value) => {
      state.cursor.y = value | 0;
    },
    [Register.cursorOn]: (value) => {
      if (value <= CursorOn.show) state.cursor.isShown = value === CursorOn.show;
    },
  };
}
