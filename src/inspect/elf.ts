import { type SymbolList, sortedSymbols } from '../../runtime/debug/symbols.ts';
import { ELF_HEADER_BYTES, Elf, isElf, isFor386 } from '../../runtime/firmware/load/elf-header.ts';
import { viewOf } from '../../runtime/firmware/load/view.ts';
import { ConfigurationError } from '../util/errors.ts';
import { similarNames } from '../util/similar.ts';

/** ELF for i386 (System V ABI, Intel386 supplement): sections and symbols, as far as they tell of code. */
const SECTION_SYMBOLS = 2;
const SECTION_DYNAMIC_SYMBOLS = 11;
const SECTION_WITHOUT_BYTES = 8;
const SECTION_BYTES = 40;
const SYMBOL_BYTES = 16;
const KIND_NONE = 0;
const KIND_FUNCTION = 2;
const EXECUTABLE = 4;
const LONGEST_NAME = 4096;
/** Size that is assumed for a function of unknown size at the end of its section, at most. */
const LARGEST_UNSIZED = 4096;

interface Section {
  readonly type: number;
  readonly flags: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

interface ElfSymbol {
  readonly name: string;
  readonly value: number;
  readonly size: number;
  readonly kind: number;
  readonly section: number;
}

/** A function's bytes, and where they are when the file is loaded as it is linked. */
export interface ElfFunction {
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** The symbols of code of an ELF file, and what they stand for. */
export class ElfFile {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #sections: readonly Section[];
  readonly #symbols: readonly ElfSymbol[];

  /** Throws ConfigurationError if it is no ELF file for i386, or has no symbols. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    try {
      this.#checkHeader();
      this.#sections = this.#readSections();
      this.#symbols = this.#readSymbols();
    } catch (error) {
      if (error instanceof RangeError) throw new ConfigurationError('the ELF file is damaged');
      throw error;
    }
    if (this.#symbols.length === 0) throw new ConfigurationError('the ELF file has no symbols of code');
  }

  #checkHeader(): void {
    if (this.#bytes.length < ELF_HEADER_BYTES || !isElf(this.#bytes))
      throw new ConfigurationError('this is no ELF file');
    if (!isFor386(this.#bytes)) throw new ConfigurationError('the ELF file is not for i386');
  }

  #readSections(): Section[] {
    const start = this.#view.getUint32(Elf.sectionHeaderOffset, true);
    const count = this.#view.getUint16(Elf.sectionHeaderCount, true);
    return Array.from({ length: count }, (_, n) => {
      const word = (field: number) => this.#view.getUint32(start + n * SECTION_BYTES + field * 4, true);
      return { type: word(1), flags: word(2), address: word(3), offset: word(4), size: word(5), link: word(6) };
    });
  }

  #readSymbols(): ElfSymbol[] {
    const full = this.#sections.filter(({ type }) => type === SECTION_SYMBOLS);
    const tables = full.length > 0 ? full : this.#sections.filter(({ type }) => type === SECTION_DYNAMIC_SYMBOLS);
    return tables
      .flatMap((table) => {
        const count = Math.floor(table.size / SYMBOL_BYTES);
        return Array.from({ length: count }, (_, n) => this.#symbol(table.offset + n * SYMBOL_BYTES, table.link));
      })
      .filter((symbol) => this.#isCode(symbol));
  }

  #symbol(at: number, strings: number): ElfSymbol {
    return {
      name: this.#text((this.#sections[strings]?.offset ?? this.#bytes.length) + this.#view.getUint32(at, true)),
      value: this.#view.getUint32(at + 4, true),
      size: this.#view.getUint32(at + 8, true),
      kind: this.#bytes[at + 12] & 15,
      section: this.#view.getUint16(at + 14, true),
    };
  }

  #isCode({ name, kind, section }: ElfSymbol): boolean {
    const isExecutable = ((this.#sections[section]?.flags ?? 0) & EXECUTABLE) !== 0;
    return name !== '' && section !== 0 && isExecutable && (kind === KIND_FUNCTION || kind === KIND_NONE);
  }

  #text(at: number): string {
    const bytes = this.#bytes.subarray(at, at + LONGEST_NAME);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  /** All symbols of code, for naming addresses. */
  list(): SymbolList {
    return sortedSymbols(this.#symbols.map((symbol) => [symbol.value, symbol.name]));
  }

  /** Throws ConfigurationError that names similar ones if there is no such function. */
  function(name: string): ElfFunction {
    const symbol = this.#symbols.find((s) => s.name === name);
    if (!symbol) throw new ConfigurationError(`there is no symbol '${name}'${similarNames(name, this.#names())}`);
    const section = this.#sections[symbol.section];
    const inSection = symbol.value - section.address;
    if (section.type === SECTION_WITHOUT_BYTES || inSection < 0 || inSection >= section.size)
      throw new ConfigurationError(`the symbol '${name}' has no bytes in the file`);
    const size = Math.min(symbol.size || this.#distanceToNext(symbol, section), section.size - inSection);
    const start = section.offset + inSection;
    const bytes = this.#bytes.subarray(start, start + size);
    if (bytes.length < size) throw new ConfigurationError(`the symbol '${name}' is after the end of the file`);
    return { address: symbol.value, bytes };
  }

  #names(): string[] {
    return this.#symbols.map((symbol) => symbol.name);
  }

  #distanceToNext(symbol: ElfSymbol, section: Section): number {
    const later = this.#symbols.filter((s) => s.section === symbol.section && s.value > symbol.value);
    const next = later.reduce((least, { value }) => Math.min(least, value), section.address + section.size);
    return Math.min(next - symbol.value, LARGEST_UNSIZED);
  }
}
