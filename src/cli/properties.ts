import { ConfigurationError } from '../index.ts';
import { propertyList } from '../options/property-list.ts';
import { similarNames } from '../util/similar.ts';

export { propertyList } from '../options/property-list.ts';

/**
 * The parts of QEMU's `name,key=value,…`; an argument without a "=" counts as the value of `implied`, and `,,` is a comma. Or the
 * members of a JSON object, those of objects in it as `outer.inner`.
 */
export function parseProperties(text: string, implied: string, allowed: readonly string[]): Record<string, string> {
  const list = propertyList(text, implied);
  const unknown = list.find(([key]) => key !== implied && !allowed.includes(key));
  if (unknown !== undefined) {
    const names = allowed.length > 0 ? `it may have ${allowed.join(', ')}` : 'it has no properties';
    const similar = similarNames(unknown[0], allowed);
    throw new ConfigurationError(
      `'${unknown[0]}' is not supported in '${text}'${similar}${similar ? ';' : ':'} ${names}`,
    );
  }
  return Object.fromEntries(list);
}

/** Patterns of the values of properties, by name. */
export type PropertyPatterns = Readonly<Record<string, RegExp>>;

/**
 * Parses properties whose values must match the patterns; the name of the first one may be left out.
 * @throws ConfigurationError that says what to do instead
 */
export function checkProperties(text: string, patterns: PropertyPatterns, instead: string): Record<string, string> {
  const names = Object.keys(patterns);
  const properties = parseProperties(text, names[0]!, names);
  for (const [name, value] of Object.entries(properties)) {
    if (patterns[name]!.test(value)) continue;
    const written = text.split(',')[0] === value ? value : `${name}=${value}`;
    throw new ConfigurationError(`'${written}' is not supported: ${instead}`);
  }
  return properties;
}

/** QEMU's words for on and for off. */
const [yes, no] = [
  ['on', 'yes', 'true', 'y'],
  ['off', 'no', 'false', 'n'],
];

/** Whether a property is on; its name alone is the older way to say so. */
export function parseSwitch(property: string, text: string): boolean {
  if (text === property || yes.includes(text)) return true;
  if (no.includes(text)) return false;
  throw new ConfigurationError(`'${text}' is neither on nor off; give ${property}=on or ${property}=off`);
}

/** The whole number that a property is, decimal or with 0x. */
export function parseInteger(property: string, text: string): number {
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(text))
    throw new ConfigurationError(`'${text}' is not a whole number; give ${property}=N`);
  return Number(text);
}

const MOST_WORD = 2n ** 64n - 1n;

/** Parses a number of 64 bits, decimal or hexadecimal. */
export function parseWord(property: string, text: string): bigint {
  const word = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? BigInt(text) : -1n;
  if (word >= 0n && word <= MOST_WORD) return word;
  throw new ConfigurationError(`'${text}' is no whole number of 64 bits; give ${property}=N`);
}
