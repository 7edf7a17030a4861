import { mergedSymbols, parseSymbolText, type SymbolList, Symbols } from '../../../runtime/debug/symbols.ts';
import { ConfigurationError } from '../../index.ts';
import { ElfFile } from '../../inspect/elf.ts';
import { within } from '../../util/errors.ts';
import { readInput } from './input.ts';

/** Symbols of code in an ELF file, a System.map or a text of /proc/kallsyms. Throws ConfigurationError for others. */
export async function readSymbols(path: string): Promise<SymbolList> {
  const bytes = await readInput(path);
  return within(path, () => {
    if (bytes[0] === 0x7f) return new ElfFile(bytes).list();
    const list = parseSymbolText(new TextDecoder().decode(bytes));
    if (!list) throw new ConfigurationError('this is no ELF file, System.map or text of /proc/kallsyms with addresses');
    return list;
  });
}

/** The table of all these files. */
export async function symbolTable(paths: readonly string[] = []): Promise<Symbols> {
  return new Symbols(mergedSymbols(await Promise.all(paths.map(readSymbols))));
}
