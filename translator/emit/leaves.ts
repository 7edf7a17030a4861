import { registerNames, Word } from '../abi/state.ts';
import type { Addresses } from './addresses.ts';
import type { Leaves } from './expression.ts';
import { deferredName } from './flag-state.ts';
import type { Temporaries } from './temporaries.ts';

/** The leaves of a region's expressions: locals, and addresses that hold where the code is moved. */
export class RegionLeaves implements Leaves {
  readonly flagResult = registerNames[Word.flagResult];
  readonly flagCarries = registerNames[Word.flagCarries];
  readonly #addresses: Addresses;
  readonly #temporaries: Temporaries;

  constructor(addresses: Addresses, temporaries: Temporaries) {
    this.#addresses = addresses;
    this.#temporaries = temporaries;
  }

  field(name: string): string {
    throw new Error(`a region has no field ${name}`);
  }

  address(eip: number): string {
    return this.#addresses.text(eip);
  }

  temporary(number: number): string {
    return deferredName(number) ?? this.#temporaries.name(number);
  }
}
