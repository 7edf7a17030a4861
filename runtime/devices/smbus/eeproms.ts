import type { Component, StateOf } from '../../snapshot/describe.ts';
import type { SmbusSlave } from './slave.ts';
import { EEPROM_BYTES, EEPROMS, eepromsState } from './state.ts';

/** Address of the first; the others follow (JEDEC standard 21-C, 4.1.2). */
const FIRST_ADDRESS = 0x50;

type Chip = StateOf<typeof eepromsState>['chips'][number];

/**
 * The EEPROMs of memory modules, 24C02s: a byte after the address says where to read or write, and further ones are written.
 * As in QEMU there is one for each slot, whether it has a module or not, and a reset puts back what was in them at first.
 */
export class SpdEeproms {
  readonly component: Component;
  /** By their addresses. */
  readonly slaves: ReadonlyMap<number, SmbusSlave>;
  readonly #state = eepromsState.create();
  readonly #contents: readonly Uint8Array[];

  /** `contents`: of the first ones, {@link EEPROM_BYTES} bytes at most. The others have zeros. */
  constructor(contents: readonly Uint8Array[] = []) {
    this.#contents = contents;
    this.component = eepromsState.bind('spd eeproms', this.#state);
    this.slaves = new Map(this.#state.chips.map((chip, n) => [FIRST_ADDRESS + n, slaveOf(chip)]));
    this.reset();
  }

  reset(): void {
    for (let n = 0; n < EEPROMS; n++) {
      const chip = this.#state.chips[n]!;
      chip.position = 0;
      chip.contents.fill(0);
      chip.contents.set(this.#contents[n] ?? []);
    }
  }
}

function slaveOf(chip: Chip): SmbusSlave {
  const next = (): number => {
    const { position } = chip;
    chip.position = (position + 1) % EEPROM_BYTES;
    return position;
  };
  return {
    write(bytes) {
      const [position, ...contents] = bytes;
      if (position === undefined) return true;
      chip.position = position;
      for (const byte of contents) chip.contents[next()] = byte;
      return true;
    },
    read: () => chip.contents[next()]!,
  };
}
