import { BASE, CODE, CODE_BYTES, MOST_EVENTS, PAGE, slotFrames } from './layout.ts';
import { Image, type Program, TIMEOUT, type UserEvent } from './program.ts';

/** Exceptions that the handler treats each in its own way; an instruction with another one is left out. */
export const Vector = { debug: 1, breakpoint: 3, overflow: 4, pageFault: 14, fpuError: 16 } as const;
/** Bits of the x87's status word that are an exception, which has been handled. */
const FPU_ERROR = 0x80ff;

/** Where a program goes on after an exception: as harness.c has it. */
export interface Continuation {
  readonly eip: number;
  readonly image: Uint8Array;
}

/** The operating system that a program has: brings pages, and leaves out instructions that have another fault. */
export class Handler {
  readonly rights: number[];
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
    this.rights = [...program.rights];
  }

  /** Undefined: the program has ended. `count`: events until now. */
  handle(event: UserEvent, count: number): Continuation | undefined {
    const { vector, eip, image } = event;
    if (count === MOST_EVENTS || vector === TIMEOUT) return undefined;
    switch (vector) {
      case Vector.breakpoint:
        return eip >>> 0 <= this.#program.end ? { eip, image } : undefined;
      case Vector.debug:
      case Vector.overflow:
        return { eip, image };
      case Vector.fpuError:
        return { eip, image: withoutFpuError(image) };
      default:
        if (vector === Vector.pageFault && this.#promote(event.address)) return { eip, image };
        return this.#next(eip, image);
    }
  }

  /** Gives a page more rights, if it may have them. */
  #promote(address: number): boolean {
    const slot = Math.floor(((address - BASE) >>> 0) / PAGE);
    const frame = slotFrames[slot] ?? -1;
    if (frame < 0 || this.rights[slot]! >= this.#program.most[slot]!) return false;
    this.rights[slot]!++;
    return true;
  }

  #next(eip: number, image: Uint8Array): Continuation | undefined {
    const offset = (eip - CODE) >>> 0;
    if (offset >= CODE_BYTES) return undefined;
    const place = this.#program.places.find((one) => one.offset > offset);
    return place && { eip: CODE + place.offset, image };
  }
}

function withoutFpuError(image: Uint8Array): Uint8Array {
  const result = image.slice();
  const view = new DataView(result.buffer);
  view.setUint16(Image.status, view.getUint16(Image.status, true) & ~FPU_ERROR, true);
  return result;
}
