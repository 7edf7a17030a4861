import { describe, flag, list, type StateOf, u8, u16, u32 } from '../snapshot/describe.ts';

/** Words of 16 bits. */
export const EEPROM_WORDS = 64;
const ADDRESS_BITS = 6;
const WORD_BITS = 16;
/** Start bit, operation and address (Microchip 93C46B data sheet, table 2-1 "Instruction set"). */
const COMMAND_BITS = 3 + ADDRESS_BITS;

const Operation = { extended: 0, write: 1, read: 2, erase: 3 } as const;
/** Operation `extended`: the upper bits of the address say what. */
const Extended = { writeDisable: 0, writeAll: 1, eraseAll: 2, writeEnable: 3 } as const;

export const eepromState = describe({
  words: list(EEPROM_WORDS, u16),
  isSelected: flag,
  clock: flag,
  /** Bits since the start bit, and how many they are; 0: no start bit yet. */
  input: u32,
  inputBits: u8,
  /** Bits to be shifted out, the next one in bit 16. */
  output: u32,
  /** Bits that are left of it. */
  outputBits: u8,
  /** The word that is read. */
  address: u8,
  canWrite: flag,
});

/** A serial EEPROM of 64 words (93C46), as network cards keep their address in. Its lines are driven by the card. */
export class Eeprom93c46 {
  readonly #state: StateOf<typeof eepromState>;

  constructor(state: StateOf<typeof eepromState>) {
    this.#state = state;
  }

  /** Level of the data output; high while nothing is shifted out: ready. */
  get output(): boolean {
    const { outputBits, output } = this.#state;
    return outputBits === 0 || (output & (1 << WORD_BITS)) !== 0;
  }

  /** Levels of chip select, clock and data input. A bit counts where the clock rises. */
  drive(select: boolean, clock: boolean, input: boolean): void {
    const state = this.#state;
    const rises = clock && !state.clock;
    state.clock = clock;
    if (!select || !state.isSelected) Object.assign(state, { input: 0, inputBits: 0, outputBits: 0 });
    state.isSelected = select;
    if (select && rises) this.#shift(input);
  }

  #shift(input: boolean): void {
    const state = this.#state;
    if (state.outputBits > 0) {
      this.#shiftOut();
      return;
    }
    // What comes before the start bit doesn't count.
    if (state.inputBits === 0 && !input) return;
    state.input = ((state.input << 1) | Number(input)) >>> 0;
    state.inputBits++;
    if (state.inputBits === COMMAND_BITS) this.#begin();
    else if (state.inputBits === COMMAND_BITS + WORD_BITS) this.#write();
  }

  /** After a word comes the next one, as long as the clock goes on. */
  #shiftOut(): void {
    const state = this.#state;
    state.output = (state.output << 1) & 0x1ffff;
    if (--state.outputBits > 0) return;
    state.address = (state.address + 1) % EEPROM_WORDS;
    this.#load(0);
  }

  /** The word at the address, after so many bits of 0. */
  #load(zeros: number): void {
    const state = this.#state;
    state.output = state.words[state.address] << (1 - zeros);
    state.outputBits = WORD_BITS + zeros;
  }

  /** The command is whole; those that write take a word first. */
  #begin(): void {
    const state = this.#state;
    const operation = (state.input >> ADDRESS_BITS) & 3;
    state.address = state.input & (EEPROM_WORDS - 1);
    if (operation === Operation.read) this.#load(1);
    else if (operation === Operation.erase) this.#store(state.address, 0xffff);
    else if (operation === Operation.extended) this.#extended(state.address >> (ADDRESS_BITS - 2));
  }

  #extended(what: number): void {
    const state = this.#state;
    if (what === Extended.writeEnable) state.canWrite = true;
    else if (what === Extended.writeDisable) state.canWrite = false;
    else if (what === Extended.eraseAll && state.canWrite) state.words.fill(0xffff);
  }

  #write(): void {
    const state = this.#state;
    const word = state.input & 0xffff;
    const isWrite = ((state.input >> (WORD_BITS + ADDRESS_BITS)) & 3) === Operation.write;
    if (isWrite) this.#store(state.address, word);
    else if (state.address >> (ADDRESS_BITS - 2) === Extended.writeAll && state.canWrite) state.words.fill(word);
    Object.assign(state, { input: 0, inputBits: 0 });
  }

  #store(address: number, word: number): void {
    if (this.#state.canWrite) this.#state.words[address] = word;
  }
}
