import { EEPROM_WORDS, Eeprom93c46 } from '../../ethernet/eeprom93c46.ts';
import { Subsystem } from '../pci/registers.ts';
import { EepromControl, EepromRead, EepromValue, EepromWord, Id } from './registers.ts';
import type { E1000State } from './state.ts';

/** The EEPROM with the card's address: bit by bit at one register, word by word at another. */
export class CardEeprom {
  readonly #state: E1000State;
  readonly #chip: Eeprom93c46;
  /** Derived from what is written: the lines. */
  #control = 0;

  /** `address`: what the card is made with. */
  constructor(state: E1000State, address: ArrayLike<number>) {
    this.#state = state;
    this.#chip = new Eeprom93c46(state.eeprom);
    const { words } = state.eeprom;
    words.fill(0xffff);
    for (let n = 0; n < 3; n++) words[EepromWord.address + n] = address[2 * n] | (address[2 * n + 1] << 8);
    words[EepromWord.control1] = EepromValue.control1;
    words[EepromWord.subsystem] = Subsystem.device;
    words[EepromWord.subsystemVendor] = Subsystem.vendor;
    words[EepromWord.device] = Id.deviceId;
    words[EepromWord.vendor] = Id.vendorId;
    words[EepromWord.control2] = EepromValue.control2;
    const sum = words.slice(0, EepromWord.checksum).reduce((total, word) => total + word, 0);
    words[EepromWord.checksum] = (EepromValue.sum - sum) & 0xffff;
  }

  /** The address, two bytes each. */
  get addressWords(): readonly number[] {
    return this.#state.eeprom.words.slice(EepromWord.address, EepromWord.address + 3);
  }

  readControl(): number {
    const granted = (this.#control & EepromControl.request) === 0 ? 0 : EepromControl.grant;
    return this.#control | granted | EepromControl.present | (this.#chip.output ? EepromControl.output : 0);
  }

  writeControl(value: number): void {
    const { select, clock, input, writable } = EepromControl;
    this.#control = value & writable;
    this.#chip.drive((value & select) !== 0, (value & clock) !== 0, (value & input) !== 0);
  }

  /** The value that the EEPROM read register (EERD) has after a command. */
  readWord(command: number): number {
    if ((command & EepromRead.start) === 0) return command;
    const address = (command >>> EepromRead.addressShift) & 0xff;
    const word = this.#state.eeprom.words[address % EEPROM_WORDS];
    return ((word << EepromRead.dataShift) | (address << EepromRead.addressShift) | EepromRead.done) >>> 0;
  }
}
