import { Eeprom93c46 } from '../../ethernet/eeprom93c46.ts';
import { EepromControl, EepromWord, Id } from './registers.ts';
import type { Rtl8139State } from './state.ts';

/** The EEPROM with the card's address, and the lock of the configuration registers, both at one register. */
export class ConfigurationEeprom {
  readonly #state: Rtl8139State;
  readonly #chip: Eeprom93c46;

  /** `address`: what the card is made with. */
  constructor(state: Rtl8139State, address: ArrayLike<number>) {
    this.#state = state;
    this.#chip = new Eeprom93c46(state.eeprom);
    const { words } = state.eeprom;
    words[EepromWord.id] = EepromWord.idValue;
    words[EepromWord.vendor] = Id.vendorId;
    words[EepromWord.device] = Id.deviceId;
    for (let n = 0; n < 3; n++) words[EepromWord.address + n] = address[2 * n] | (address[2 * n + 1] << 8);
  }

  /** The address goes from the EEPROM to the card's registers. */
  load(): void {
    const { address, eeprom } = this.#state;
    address.forEach((_, n) => {
      address[n] = eeprom.words[EepromWord.address + (n >> 1)] >> (8 * (n & 1));
    });
  }

  get isUnlocked(): boolean {
    return (this.#state.eepromControl & EepromControl.mode) === EepromControl.mode;
  }

  read(): number {
    const { eepromControl } = this.#state;
    const isProgramming = (eepromControl & EepromControl.mode) === EepromControl.programming;
    const output = isProgramming && this.#chip.output ? EepromControl.output : 0;
    return (eepromControl & ~EepromControl.output) | output;
  }

  write(value: number): void {
    const mode = value & EepromControl.mode;
    this.#state.eepromControl = mode === EepromControl.autoLoad ? 0 : value & ~EepromControl.output;
    if (mode === EepromControl.autoLoad) this.load();
    const { select, clock, input } = EepromControl;
    const isSelected = mode === EepromControl.programming && (value & select) !== 0;
    this.#chip.drive(isSelected, (value & clock) !== 0, (value & input) !== 0);
  }
}
