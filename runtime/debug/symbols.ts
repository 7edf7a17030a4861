/** Names of addresses, in ascending order of the addresses. */
export interface SymbolList {
  readonly addresses: readonly number[] | Uint32Array;
  readonly names: readonly string[];
}

export interface FoundSymbol {
  readonly name: string;
  /** Address of the symbol. */
  readonly address: number;
  /** Offset of the address asked for from the symbol's. */
  readonly offset: number;
}

/** Farther from its symbol than this an address has none: it is in something else that has no name. */
const FARTHEST = 0x10000;

/** A table of guest symbols. */
export class Symbols {
  readonly addresses: Uint32Array;
  readonly names: readonly string[];
  readonly #byName = new Map<string, number>();

  constructor({ addresses, names }: SymbolList) {
    this.addresses = Uint32Array.from(addresses);
    this.names = names;
    names.forEach((name, n) => {
      if (!this.#byName.has(name)) this.#byName.set(name, this.addresses[n]);
    });
  }

  get size(): number {
    return this.names.length;
  }

  /** Address of a symbol. */
  find(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** The last symbol at or in front of an address. */
  at(address: number): FoundSymbol | undefined {
    const wanted = address >>> 0;
    let [low, high] = [0, this.addresses.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.addresses[middle] <= wanted) low = middle + 1;
      else high = middle;
    }
    if (low === 0) return undefined;
    const start = this.addresses[low - 1];
    if (wanted - start > FARTHEST) return undefined;
    let first = low - 1;
    while (first > 0 && this.addresses[first - 1] === start) first--;
    return { name: this.names[first], address: start, offset: wanted - start };
  }

  /** `name` or `name+0x1c`. */
  label(address: number): string | undefined {
    const found = this.at(address);
    return found && (found.offset === 0 ? found.name : `${found.name}+0x${found.offset.toString(16)}`);
  }
}

/** Characters of a name that are kept: C++ has long ones. */
const LONGEST_NAME = 500;

/** A name as it can be shown: a guest's file may hold anything, such as what moves a terminal's cursor. */
function shownName(name: string): string {
  return name.slice(0, LONGEST_NAME).replace(/[\p{C}\p{Z}]/gu, '?');
}

/** Symbols of code, in any order, as a table. Of several at one address the first stays in front. */
export function sortedSymbols(list: readonly (readonly [address: number, name: string])[]): SymbolList {
  const sorted = [...list].sort(([a], [b]) => (a >>> 0) - (b >>> 0));
  return { addresses: sorted.map(([address]) => address >>> 0), names: sorted.map(([, name]) => shownName(name)) };
}

/** Several tables as one. Of several names of an address those of the first table stay in front. */
export function mergedSymbols(lists: readonly SymbolList[]): SymbolList {
  return sortedSymbols(lists.flatMap(({ addresses, names }) => names.map((name, n) => [addresses[n], name] as const)));
}

/** A line of System.map or /proc/kallsyms: address, type, name, module. */
const LINE = /^([0-9a-f]{8,16})\s+([a-z?])\s+([^\s[]+)/i;

/** The symbols of code in the text of a System.map or of /proc/kallsyms; null if it is neither. */
export function parseSymbolText(text: string): SymbolList | null {
  const list: [number, string][] = [];
  for (const line of text.split('\n')) {
    const match = LINE.exec(line);
    if (match && /[tw]/i.test(match[2])) list.push([Number.parseInt(match[1].slice(-8), 16), match[3]]);
  }
  const known = list.filter(([address]) => address !== 0);
  return known.length > 0 ? sortedSymbols(known) : null;
}
