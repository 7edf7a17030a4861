import type { Symbols } from '../../../runtime/debug/symbols.ts';
import { hex } from '../../../translator/emit/names.ts';
import { ConfigurationError } from '../../index.ts';
import type { SampledTranslation } from '../../inspect/sampling.ts';
import type { Options } from './options.ts';
import { type Style, yellow } from './style.ts';
import { type Column, count, percent, table } from './table.ts';

/** A translation with its place in words. */
export interface NamedTranslation extends SampledTranslation {
  /** `schedule+0x10`, or what its function is called. */
  readonly symbol: string;
}

const USUAL_LIMIT = 30;

type Key = (t: NamedTranslation) => number | string;
/** By the headings of the table, and by the names that JSON has. */
const orders: Readonly<Record<string, Key>> = {
  time: (t) => -t.share,
  executions: (t) => -(t.executions ?? 0),
  address: (t) => t.linear,
  bytes: (t) => -t.bytes,
  js: (t) => -t.characters,
  characters: (t) => -t.characters,
  links: (t) => -t.links,
  symbol: (t) => t.symbol,
  name: (t) => t.symbol,
};

/** Translations with names, as --filter, --sort and --limit want them, and how many more than the limit there are. */
export function arrange(
  translations: readonly SampledTranslation[],
  symbols: Symbols,
  { sort = 'time', filter, limit = USUAL_LIMIT }: Options,
): { readonly shown: readonly NamedTranslation[]; readonly more: number } {
  const column = sort.toLowerCase();
  if (!Object.hasOwn(orders, column))
    throw new ConfigurationError(`--sort: '${sort}' is not one of ${Object.keys(orders).join(', ')}`);
  const order = orders[column];
  const named = translations.map((t) => ({ ...t, symbol: symbols.label(t.linear) ?? t.name }));
  const wanted = named.filter((t) => filter === undefined || `${t.symbol} ${hex(t.linear)}`.includes(filter));
  wanted.sort((a, b) => compare(order(a), order(b)) || (b.executions ?? 0) - (a.executions ?? 0));
  const shown = limit === 0 ? wanted : wanted.slice(0, limit);
  return { shown, more: wanted.length - shown.length };
}

function compare(a: number | string, b: number | string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

const columns: readonly Column<NamedTranslation>[] = [
  { title: 'TIME', right: true, cell: (t, style) => highlighted(t, style) },
  { title: 'EXECUTIONS', right: true, cell: (t) => (t.executions === null ? '-' : count(t.executions)) },
  { title: 'ADDRESS', cell: (t) => hex(t.linear) },
  { title: 'TIER', cell: (t) => t.tier },
  { title: 'BYTES', right: true, cell: (t) => count(t.bytes) },
  { title: 'JS', right: true, cell: (t) => count(t.characters) },
  { title: 'LINKS', right: true, cell: (t) => count(t.links) },
  { title: 'SYMBOL', cell: (t) => t.symbol },
  { title: 'EXITS', cell: (t) => countsText(t.exits ?? {}) },
  { title: 'DROPPED', cell: (t) => countsText(t.invalidations) },
];

function highlighted({ share }: NamedTranslation, style: Style): string {
  return share >= 0.1 ? yellow(style, percent(share)) : percent(share);
}

/** `direct 12, return 3`: those that are not 0, most first. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, n]) => n > 0);
  return some
    .sort(([, a], [, b]) => b - a)
    .map(([name, n]) => `${name} ${count(n)}`)
    .join(', ');
}

/** The table, and below it how many more there are. */
export function translationTable({ shown, more }: ReturnType<typeof arrange>, style: Style): string {
  const rest = more === 0 ? '' : `… and ${count(more)} more; --limit 0 shows all\n`;
  return table(columns, shown, style) + rest;
}
