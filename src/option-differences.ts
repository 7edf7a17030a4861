import { crc32 } from '../runtime/crc32.ts';

/** Each option by its name, as JSON in which names have an order, and bytes are their number and checksum. */
export type OptionTexts = Readonly<Record<string, string>>;

/** Those that are given, without some. */
export function optionTexts(options: object, without: readonly string[]): OptionTexts {
  const given = Object.entries(options).filter(([name, value]) => value !== undefined && !without.includes(name));
  return Object.fromEntries(given.map(([name, value]) => [name, JSON.stringify(sorted(value))]));
}

function sorted(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: value.length, crc32: crc32(value) };
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sorted(part)]));
}

/** Options that differ between two machines, with what they were and what they are here; '' if none do. */
export function differencesText(then: OptionTexts, now: OptionTexts): string {
  const names = [...new Set([...Object.keys(then), ...Object.keys(now)])];
  const different = names.filter((name) => then[name] !== now[name]);
  return different.map((name) => `${name} ${then[name] ?? 'not given'} (here ${now[name] ?? 'not given'})`).join('; ');
}

/** What to tell of a saved machine that fits no machine with these options. */
export function otherOptions(differences: string): string {
  return `is of a machine with other options; give those that it was made with: ${differences}`;
}
