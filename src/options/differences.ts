import { crc32 } from '../../runtime/crc32.ts';

/** Each option by its name, as JSON in which names have an order, and bytes are their number and checksum. */
export type OptionTexts = Readonly<Record<string, string>>;

/** The options that are given, without some, as texts. */
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

/** A part of an option that two machines have differently. */
export interface OptionDifference {
  /** Where it is, such as `network[0].card`. */
  readonly path: string;
  /** The value in the saved machine, as JSON; undefined: it has none. */
  readonly saved: string | undefined;
  /** The value in the machine here. */
  readonly here: string | undefined;
}

/** The smallest parts of options in which two machines differ. */
export function optionDifferences(then: OptionTexts, now: OptionTexts): OptionDifference[] {
  return namesOf(then, now).flatMap((name) => partsThatDiffer(name, parsed(then[name]), parsed(now[name])));
}

/** The value of a JSON text, which anybody may have made; a text that is no JSON stands for itself. */
function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}

function partsThatDiffer(path: string, then: unknown, now: unknown): OptionDifference[] {
  const [before, after] = [textOf(then), textOf(now)];
  if (before === after) return [];
  if (!isWhole(then) || !isWhole(now) || Array.isArray(then) !== Array.isArray(now))
    return [{ path, saved: before, here: after }];
  return namesOf(then, now).flatMap((name) =>
    partsThatDiffer(Array.isArray(then) ? `${path}[${name}]` : `${path}.${name}`, then[name], now[name]),
  );
}

/** As JSON; a list or an object with nothing in it is as if it were not given. */
function textOf(value: unknown): string | undefined {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === undefined || isEmpty ? undefined : JSON.stringify(value);
}

/** Whether it has parts; an image, of which there is a checksum, has none. */
function isWhole(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !('crc32' in value);
}

function namesOf(...wholes: readonly object[]): string[] {
  return [...new Set(wholes.flatMap((whole) => Object.keys(whole)))];
}

/** Characters of a value that a message shows. */
const MOST_SHOWN = 60;

/** The differences as a message has them. */
export function differencesText(differences: readonly OptionDifference[]): string {
  return differences
    .map(({ path, saved, here }) => `${path} ${shownValue(saved)} (here ${shownValue(here)})`)
    .join('; ');
}

function shownValue(text = 'not given'): string {
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

/** The message about a saved machine that fits no machine with these options. */
export function otherOptions(differences: string): string {
  return `is of a machine with other options; give those that it was made with: ${differences}`;
}
