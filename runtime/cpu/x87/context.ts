/** Exception flags of the status word, and their masks in the control word (Intel SDM vol. 1, 8.1.3.3 and 8.1.5.1). */
export const Exception = {
  invalid: 0x01,
  denormal: 0x02,
  zeroDivide: 0x04,
  overflow: 0x08,
  underflow: 0x10,
  precision: 0x20,
  /** All exceptions that have masks. */
  all: 0x3f,
  /** Comes with `invalid`: a register was empty, or had to be and was not (8.1.3.4). */
  stackFault: 0x40,
} as const;

const beforeOperation = Exception.invalid | Exception.denormal | Exception.zeroDivide;

/** Exceptions that, unmasked, keep an operation from taking place. */
export const Preventing = {
  /** Exceptions that are detected before the operation. */
  operation: beforeOperation,
  /** A store of a real number also doesn't take place if it overflows or underflows (8.5.4, 8.5.5). */
  store: beforeOperation | Exception.overflow | Exception.underflow,
  /** A load does although its operand is denormal. */
  load: Exception.invalid,
} as const;

/** Rounding control (table 4-8). */
export const Rounding = { nearest: 0, down: 1, up: 2, towardZero: 3 } as const;

/** A format that numbers are rounded to: bits of significand and the exponents of the smallest and largest normal numbers. */
export interface Format {
  readonly precision: number;
  readonly minimumExponent: number;
  readonly maximumExponent: number;
}
export const single: Format = { precision: 24, minimumExponent: -126, maximumExponent: 127 };
export const double: Format = { precision: 53, minimumExponent: -1022, maximumExponent: 1023 };
export const extended: Format = { precision: 64, minimumExponent: -16382, maximumExponent: 16383 };

/** Precision control, bits 8-9 of the control word (table 8-2); 1 is reserved and acts as 3. */
const controlled: readonly Format[] = [
  { ...extended, precision: 24 },
  extended,
  { ...extended, precision: 53 },
  extended,
];

/** Registers' format, with the significand that precision control asks for. */
export const controlledFormat = (controlWord: number): Format => controlled[(controlWord >> 8) & 3];

/** One operation's surroundings: how it rounds and what it masks, and the exceptions that it has met. */
export class Context {
  readonly rounding: number;
  /** Bits of `Exception` that are masked. */
  readonly masks: number;
  /** Registers' format, with the significand that precision control asks for. */
  readonly controlled: Format;
  /** Exceptions met. */
  raised = 0;
  /** The last rounding went away from zero. */
  roundedUp = false;
  /** The stack overflowed. */
  overflowed = false;
  /** An operand from memory was denormal in its own format. */
  denormalSource = false;
  readonly #preventing: number;

  constructor(controlWord: number, preventing: number) {
    this.#preventing = preventing;
    this.rounding = (controlWord >> 10) & 3;
    this.masks = controlWord & Exception.all;
    this.controlled = controlledFormat(controlWord);
  }

  raise(exceptions: number): void {
    this.raised |= exceptions;
  }

  isMasked(exception: number): boolean {
    return (this.masks & exception) !== 0;
  }

  /** Whether an unmasked exception keeps the operation from taking place. */
  get prevented(): boolean {
    return (this.raised & ~this.masks & this.#preventing) !== 0;
  }

  get c1(): boolean {
    return this.overflowed || (this.roundedUp && !this.prevented);
  }

  /** The exceptions to report: of an operation that doesn't take place only those that came before it. */
  get reported(): number {
    return this.prevented ? this.raised & (this.#preventing | Exception.stackFault) : this.raised;
  }
}
