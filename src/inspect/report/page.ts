import type { Symbols } from '../../../runtime/debug/symbols.ts';
import { hex } from '../../../translator/emit/names.ts';
import type { ExitKind, Place, TranslationDetail } from '../../machine-core.ts';
import { blockLines } from '../block-view.ts';
import { busyNames, type ProfiledFunction, type ShareName } from '../profile.ts';
import type { Recording, Stretch } from '../recording.ts';
import { busyTime, type SampledTranslation } from '../sampling.ts';
import { keyText } from '../state-key.ts';
import { xml } from '../svg.ts';
import { bars, linePlot, shortNumber, stackedPlot } from './plots.ts';
import { script, styleSheet } from './style.ts';

const SHOWN = 100;
const SHOWN_PLACES = 40;
/** A share that would be shown as 0.0 % is folded away. */
const LEAST_SHARE = 0.0005;

/** The words of the page, and what they mean. */
const words: readonly (readonly [word: string, meaning: string])[] = [
  ['translation', 'guest code that ran often and was made into one JavaScript function; all other code is interpreted'],
  ['guest, interpreter', 'time in translations, and in the interpreter of code that is not translated'],
  ['runtime, devices, host', "time in the emulator's own work, in its devices, and in what the host is asked for"],
  ['translator, compiler', 'time in which translations are made, and in which V8 reads them'],
  ['self, total', 'time in a function alone, and with all that it calls'],
  ['executions', 'how often a translation was entered in the time that was watched'],
  ['state', 'the mode of the processor that a translation is for: operand size, privilege level, segments'],
  [
    'exit',
    'the way control leaves a translation: transfer to another one, return to the caller, slow for a single instruction in the interpreter, trap, fault, or to the dispatcher, which finds what is next',
  ],
  ['trap', 'a sensitive instruction, such as one of input and output, that the emulator does by a function of its own'],
  ['dropped', 'thrown away, as the guest wrote to the code or it was not used'],
];

/** The heading of a report. */
export interface ReportHeading {
  readonly title: string;
  readonly date: string;
}

/**
 * One self-contained HTML page about what a machine did.
 * @param details of the translations whose code is shown
 */
export function reportPage(
  recording: Recording,
  symbols: Symbols,
  { title, date }: ReportHeading,
  details: readonly TranslationDetail[] = [],
): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${xml(title)}</title><style>${styleSheet}</style></head>
<body><header><h1>${xml(title)}</h1><p>${xml(date)}, ${recording.seconds.toFixed(1)} s</p><button id="theme">light / dark</button></header>
<main>
${tiles(recording)}
${legend()}
<h2>Over time</h2><div class="plots">${timePlots(recording)}</div>
<h2>Hottest code</h2>${translationTable(recording.translations, symbols, details)}
<h2>Where the time goes</h2>${functionTable(recording, symbols)}
<h2>Exits, traps and invalidations</h2><div class="plots">${countPlots(recording)}</div>
<h2>Traps by place</h2>${placeTable(recording.traps.places, symbols)}
<h2>Instructions that translations step over</h2>${placeTable(recording.exits.places, symbols)}
${details.length > 0 ? '<h2>Code</h2>' : ''}${details.map((detail) => codeOf(detail, symbols)).join('\n')}
</main><script>${script}</script></body></html>
`;
}

function legend(): string {
  const list = words.map(([word, meaning]) => `<dt>${xml(word)}</dt><dd>${xml(meaning)}</dd>`);
  return `<details><summary>What the words mean</summary><dl>${list.join('')}</dl></details>`;
}

/** Where the code of a translation is on the page. */
function anchorOf({ physical, key }: { readonly physical: number; readonly key: number }): string {
  return `code-${hex(physical)}-${key}`;
}

/** One translation: guest code, intermediate code and JavaScript side by side. */
function codeOf(detail: TranslationDetail, symbols: Symbols): string {
  const rows = blockLines(detail, symbols).map(({ address, assembly, ir, javascript }): Cell[] => [
    code(address === null ? '' : hex(address)),
    code(assembly),
    code(ir.join('\n')),
    code(javascript),
  ]);
  const { info } = detail;
  const title = symbols.label(info.linear) ?? info.name;
  const table = grid(['Address', 'Guest', 'Intermediate code', 'JavaScript'], rows);
  return `<details class="code" id="${anchorOf(info)}"><summary>${hex(info.linear)} ${xml(title)}</summary>${table}</details>`;
}

function tiles({ stretches, profile, seconds, traps, exits, heap }: Recording): string {
  const last = stretches.at(-1)!.stats;
  const busy = busyTime(profile) / profile.duration;
  const taken = sum(stretches.map((stretch) => stretch.traps));
  const left = sum(Object.values(exits.kinds));
  const list: [string, string][] = [
    [`${(busy * 100).toFixed(1)} %`, 'busy'],
    [`${((profile.shares.guest / busyTime(profile)) * 100 || 0).toFixed(1)} %`, 'of that in translated code'],
    [last.translations.toLocaleString('en-US'), 'translations in the cache'],
    [`${shortNumber(last.bytes)}B → ${shortNumber(last.characters)}B`, 'guest code → JavaScript'],
    [`${shortNumber(left / seconds)}/s`, 'exits of translations'],
    [`${shortNumber(taken / seconds)}/s`, `traps of ${traps.kinds.length} kinds`],
    [`${shortNumber(heap['whole process'] ?? 0)}B`, 'memory of the process'],
  ];
  return `<div class="tiles">${list.map(([value, name]) => `<div class="tile"><b>${value}</b><span>${xml(name)}</span></div>`).join('')}</div>`;
}

function timePlots({ stretches }: Recording): string {
  const times = stretches.map(({ at }) => at);
  const lengths = times.map((at, n) => at - (times[n - 1] ?? 0));
  const values = (of: (stretch: Stretch) => number) => stretches.map(of);
  const rates = (of: (stretch: Stretch) => number) => stretches.map((stretch, n) => of(stretch) / lengths[n]);
  const percent = (name: ShareName) => rates(({ shares }) => shares[name] / 1e4);
  return [
    stackedPlot({
      title: 'Tiers: time of the machine’s thread',
      unit: '%',
      times,
      series: busyNames.map((name, colour) => ({ name, values: percent(name), colour })),
    }),
    linePlot({
      title: 'Making code: time by the translator, and by V8 reading it',
      unit: '%',
      times,
      series: [
        { name: 'translator', values: percent('translator'), colour: 0 },
        { name: 'compiler', values: percent('compiler'), colour: 4 },
      ],
    }),
    linePlot({
      title: 'Translations',
      unit: '',
      times,
      series: [
        { name: 'in the cache', values: values(({ stats }) => stats.translations), colour: 0 },
        { name: 'made', values: values(({ made }) => made), colour: 2 },
        { name: 'dropped', values: values(({ dropped }) => dropped), colour: 4 },
      ],
    }),
    linePlot({
      title: 'Exits and traps in a second',
      unit: '',
      times,
      series: [
        { name: 'exits of translations', values: rates(({ exits }) => exits), colour: 0 },
        { name: 'traps', values: rates(({ traps }) => traps), colour: 4 },
      ],
    }),
  ].join('\n');
}

function countPlots({ exits, traps, causes, stretches }: Recording): string {
  const { droppedNodes, droppedTranslations, ...events } = stretches.at(-1)!.stats.invalidation;
  const kinds = Object.fromEntries(traps.kinds.map(({ name, count }) => [name, count]));
  return [
    bars('Exits of translations', exits.kinds),
    bars('Traps since the start', kinds),
    bars('Events that dropped code', causes),
    bars('Events that dropped code since the start', events),
    bars('Dropped since the start', { instructions: droppedNodes ?? 0, translations: droppedTranslations ?? 0 }),
  ].join('\n');
}

/** A cell: text, and the number that it is sorted by. */
type Cell = readonly [html: string, value?: number];

/** A table whose rows are sorted by the share in their first cell: those next to nothing are folded away. */
function foldedGrid(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const shown = rows.filter(([[, value = 0] = ['']]) => value >= LEAST_SHARE);
  const rest = rows.slice(shown.length);
  if (rest.length === 0) return grid(titles, shown);
  const summary = `${rest.length} more, each with less than ${LEAST_SHARE * 100} % of the time`;
  return `${grid(titles, shown)}<details><summary>${summary}</summary>${grid(titles, rest)}</details>`;
}

function grid(titles: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const isNumber = (n: number) => rows[0]?.[n][1] !== undefined;
  const head = titles.map((title, n) => `<th${isNumber(n) ? ' class="number"' : ''}>${xml(title)}</th>`).join('');
  const body = rows.map((cells) => {
    const parts = cells.map(([text, value]) =>
      value === undefined ? `<td>${text}</td>` : `<td class="number" data-value="${value}">${text}</td>`,
    );
    return `<tr>${parts.join('')}</tr>`;
  });
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>`;
}

const number = (value: number): Cell => [Math.round(value).toLocaleString('en-US'), value];
const share = (value: number): Cell => [`${(value * 100).toFixed(1)} %`, value];
const code = (text: string): Cell => [`<code>${xml(text)}</code>`];

function translationTable(
  translations: readonly SampledTranslation[],
  symbols: Symbols,
  details: readonly TranslationDetail[],
): string {
  const shown = new Set(details.map(({ info }) => anchorOf(info)));
  const linked = (t: SampledTranslation, cell: Cell): Cell =>
    shown.has(anchorOf(t)) ? [`<a href="#${anchorOf(t)}">${cell[0]}</a>`] : cell;
  const hottest = hottestFirst(translations);
  const titles = ['Time', 'Executions', 'Symbol', 'Address', 'State', 'Blocks', 'Bytes', 'JavaScript', 'Exits'];
  return foldedGrid(
    titles,
    hottest
      .slice(0, SHOWN)
      .map((t) => [
        share(t.share),
        number(t.executions ?? 0),
        linked(t, code(symbols.label(t.linear) ?? t.name)),
        linked(t, code(hex(t.linear))),
        [xml(keyText(t.key))],
        number(t.blocks),
        number(t.bytes),
        number(t.characters),
        [exitText(t.exits ?? {})],
      ]),
  );
}

/** The translations, those with most of the time first. */
export function hottestFirst(translations: readonly SampledTranslation[]): SampledTranslation[] {
  return [...translations].sort((a, b) => b.share - a.share || (b.executions ?? 0) - (a.executions ?? 0));
}

function exitText(exits: Readonly<Partial<Record<ExitKind, number>>>): string {
  const some = Object.entries(exits).filter(([, n]) => n > 0);
  some.sort(([, a], [, b]) => b - a);
  return some.map(([kind, n]) => `${kind} ${shortNumber(n)}`).join(', ');
}

function functionTable({ profile }: Recording, symbols: Symbols): string {
  const busy = busyTime(profile);
  const nameOf = ({ guest, name }: ProfiledFunction) => (guest && symbols.label(guest.linear)) ?? name;
  const rows = profile.functions.filter(({ share: kind }) => kind !== 'idle').slice(0, SHOWN);
  return foldedGrid(
    ['Self', 'Total', 'Kind', 'Function'],
    rows.map((f) => [share(f.self / busy), share(f.total / busy), [f.share], code(nameOf(f))]),
  );
}

function placeTable(places: readonly Place[], symbols: Symbols): string {
  return grid(
    ['Count', 'Address', 'Instruction', 'Symbol', 'Kind', 'State'],
    places
      .slice(0, SHOWN_PLACES)
      .map((place) => [
        number(place.count),
        code(hex(place.linear)),
        code(place.text),
        code(symbols.label(place.linear) ?? ''),
        [place.kind],
        [xml(keyText(place.key))],
      ]),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, n) => all + n, 0);
}
