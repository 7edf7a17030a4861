import type { Symbols } from '../../../runtime/debug/symbols.ts';
import { hex } from '../../../translator/emit/names.ts';
import { ConfigurationError } from '../../index.ts';
import { watching } from '../../inspect/inspected.ts';
import { wait } from '../../inspect/sampling.ts';
import { exitsSince, trapsSince } from '../../inspect/since.ts';
import { keyText } from '../../inspect/state-key.ts';
import type { ExitReport, Place, TlbRange, TlbReport, TrapReport } from '../../machine-core.ts';
import { attached, machineOptions } from './attached.ts';
import type { Command } from './command.ts';
import { bold, type Style } from './style.ts';
import { readSymbols } from './symbols.ts';
import { byteSize, type Column, count, table } from './table.ts';
import { countsText } from './translations.ts';

const USUAL_LIMIT = 30;

const traps: Command = {
  name: 'traps',
  usage: '',
  help: 'sensitive instructions by kind, and by place what some seconds brought',
  options: ['seconds', 'limit', ...machineOptions],
  run(request) {
    const { seconds = 1, limit } = request.options;
    return attached(request, async ({ machine, symbols }) => {
      const [before, after] = await watching(machine, async () => {
        const earlier = await machine.ask('traps');
        await wait(seconds);
        return [earlier, await machine.ask('traps')];
      });
      const { kinds, places } = trapsSince(before, after);
      const named = namedPlaces(places, symbols, limit);
      const rates = ratesOf(before, first(kinds, limit));
      return {
        data: { seconds, kinds: rates, places: named },
        text: (style) =>
          `${table(kindColumns, rates, style)}\n${bold(style, `in ${seconds} s`)}\n${table(placeColumns, named, style)}`,
      };
    });
  },
};

interface TrapRate {
  readonly name: string;
  readonly count: number;
  /** In the seconds watched. */
  readonly recent: number;
}

function ratesOf(before: TrapReport, after: TrapReport['kinds']): TrapRate[] {
  const old = new Map(before.kinds.map(({ name, count }) => [name, count]));
  return after.map(({ name, count }) => ({ name, count, recent: count - (old.get(name) ?? 0) }));
}

const kindColumns: readonly Column<TrapRate>[] = [
  { title: 'TRAP', cell: ({ name }) => name },
  { title: 'SINCE START', right: true, cell: (t) => count(t.count) },
  { title: 'NOW', right: true, cell: ({ recent }) => count(recent) },
];

type NamedPlace = Place & { readonly symbol: string };

function namedPlaces(places: readonly Place[], symbols: Symbols, limit: number | undefined): NamedPlace[] {
  return first(places, limit).map((place) => ({ ...place, symbol: symbols.label(place.linear) ?? '' }));
}

/** As many as --limit wants. */
function first<Row>(rows: readonly Row[], limit = USUAL_LIMIT): readonly Row[] {
  return limit === 0 ? rows : rows.slice(0, limit);
}

const placeColumns: readonly Column<NamedPlace>[] = [
  { title: 'COUNT', right: true, cell: (place) => count(place.count) },
  { title: 'ADDRESS', cell: ({ linear }) => hex(linear) },
  { title: 'INSTRUCTION', cell: ({ text }) => text },
  { title: 'SYMBOL', cell: ({ symbol }) => symbol },
  { title: 'STATE', cell: ({ key }) => keyText(key) },
];

const exits: Command = {
  name: 'exits',
  usage: '',
  help: 'how translations were left in some seconds, and where they step over an instruction',
  options: ['seconds', 'limit', ...machineOptions],
  run(request) {
    const { seconds = 1, limit } = request.options;
    return attached(request, ({ machine, symbols }) =>
      watching(machine, async () => {
        const before = await machine.ask('exits');
        await wait(seconds);
        const { dispatcher, kinds, places: all } = exitsSince(before, await machine.ask('exits'));
        const places = namedPlaces(all, symbols, limit);
        return {
          data: { seconds, dispatcher, kinds, places },
          text: (style) => exitText({ dispatcher, kinds }, places, style),
        };
      }),
    );
  },
};

function exitText(
  { dispatcher, kinds }: Pick<ExitReport, 'dispatcher' | 'kinds'>,
  places: readonly NamedPlace[],
  style: Style,
): string {
  const heading = [
    `${bold(style, 'translations')}  ${countsText(kinds) || 'none was left'}`,
    `${bold(style, 'dispatcher')}    ${countsText(dispatcher) || 'not entered'}`,
  ];
  const steps = places.length > 0 ? `\n${bold(style, 'stepped over')}\n${table(placeColumns, places, style)}` : '';
  return `${heading.join('\n')}\n${steps}`;
}

const tlb: Command = {
  name: 'tlb',
  usage: '',
  help: 'what the software TLB holds',
  options: ['limit', ...machineOptions],
  run(request) {
    const { limit = USUAL_LIMIT } = request.options;
    return attached(request, async ({ machine }) => {
      const report = await machine.ask('tlb');
      return { data: report, text: (style) => tlbText(report, limit, style) };
    });
  },
};

const rangeColumns: readonly Column<TlbRange>[] = [
  { title: 'LINEAR', cell: ({ linear }) => hex(linear) },
  { title: 'PHYSICAL', cell: ({ physical }) => hex(physical) },
  { title: 'PAGES', right: true, cell: ({ pages }) => count(pages) },
  { title: 'RIGHTS', cell: ({ rights }) => rights },
];

function tlbText({ pages, entries, walks, ranges }: TlbReport, limit: number, style: Style): string {
  const shown =
    limit === 0
      ? ranges
      : first(
          [...ranges].sort((a, b) => b.pages - a.pages),
          limit,
        );
  const rest = ranges.length - shown.length;
  return [
    `${bold(style, 'pages')}    ${count(pages)} filled by ${count(walks)} walks`,
    `${bold(style, 'entries')}  ${countsText(entries)}`,
    '',
    table(rangeColumns, shown, style) + (rest > 0 ? `… and ${count(rest)} ranges more\n` : ''),
  ].join('\n');
}

const memory: Command = {
  name: 'memory',
  usage: '',
  help: 'what the engine itself holds',
  options: machineOptions,
  run(request) {
    return attached(request, async ({ machine }) => {
      const engine = await machine.ask('memory');
      const heap = await machine.probe.heap();
      const sizes = Object.entries({ ...engine.bytes, ...heap }).map(([what, bytes]) => ({
        what,
        size: byteSize(bytes),
      }));
      const numbers = Object.entries(engine.counts).map(([what, n]) => ({ what, size: count(n) }));
      return { data: { ...engine, heap }, text: (style) => table(sizeColumns, [...sizes, ...numbers], style) };
    });
  },
};

const sizeColumns: readonly Column<{ what: string; size: string }>[] = [
  { title: 'WHAT', cell: ({ what }) => what },
  { title: 'HOW MUCH', right: true, cell: ({ size }) => size },
];

const symbols: Command = {
  name: 'symbols',
  usage: 'FILE',
  help: 'gives the machine names for what it translates from now on',
  options: ['connect', 'timeout', 'json'],
  words: 1,
  run(request) {
    const [path] = request.words;
    if (path === undefined) throw new ConfigurationError('symbols: give a file');
    return attached(request, async ({ machine }) => {
      const known = await machine.ask('symbols', plain(await readSymbols(path)));
      return { data: { symbols: known }, text: () => `${count(known)} symbols\n` };
    });
  },
};

/** As JSON has it. */
function plain({ addresses, names }: Awaited<ReturnType<typeof readSymbols>>) {
  return { addresses: [...addresses], names };
}

export const runtimeCommands: readonly Command[] = [traps, exits, tlb, memory, symbols];
