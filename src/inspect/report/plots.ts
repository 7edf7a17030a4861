import { xml } from '../svg.ts';

/** A line or an area of a plot: a value at each of the plot's places. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  /** Number of its colour (style.ts). */
  readonly colour: number;
}

/** A plot of values over time. */
export interface PlotOptions {
  readonly title: string;
  /** The unit of the values, such as `%`. */
  readonly unit: string;
  /** Seconds at the end of each value's stretch. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 220;
const LEFT = 58;
const RIGHT = 12;
const TOP = 12;
const BOTTOM = 26;
const INNER_WIDTH = WIDTH - LEFT - RIGHT;
const INNER_HEIGHT = HEIGHT - TOP - BOTTOM;
const TICKS = 4;

/** Lines over time, from 0 on. */
export function linePlot(options: PlotOptions): string {
  const most = niceMost(Math.max(...options.series.flatMap(({ values }) => values)));
  const lines = options.series.map(({ values, colour }) => {
    return `<polyline class="line c${colour}" points="${points(options.times, values, most)}"/>`;
  });
  return figure(options, most, lines);
}

/** Areas on top of each other. */
export function stackedPlot(options: PlotOptions): string {
  const { times, series } = options;
  const sums = times.map((_, n) => series.reduce((sum, { values }) => sum + values[n], 0));
  const most = niceMost(Math.max(...sums));
  const below = times.map(() => 0);
  const areas = series.map(({ values, colour, name }) => {
    const lower = [...below];
    values.forEach((value, n) => {
      below[n] += value;
    });
    const path = `${points(times, below, most)} ${points(times, lower, most).split(' ').reverse().join(' ')}`;
    return `<polygon class="area c${colour}" points="${path}"><title>${xml(name)}</title></polygon>`;
  });
  return figure(options, most, areas);
}

function figure({ title, unit, times, series }: PlotOptions, most: number, marks: readonly string[]): string {
  const legend = series.map(({ name, colour }) => `<span><i class="c${colour}"></i>${xml(name)}</span>`).join('');
  const end = times.at(-1) ?? 1;
  return `<figure><figcaption>${xml(title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${xml(title)}">
${grid(most, unit)}
${Array.from({ length: TICKS + 1 }, (_, n) => timeLabel((end * n) / TICKS, n)).join('\n')}
${marks.join('\n')}
</svg>
<div class="legend">${legend}</div></figure>`;
}

function grid(most: number, unit: string): string {
  return Array.from({ length: TICKS + 1 }, (_, n) => {
    const y = round(TOP + INNER_HEIGHT * (1 - n / TICKS));
    const label = `${shortNumber((most * n) / TICKS)}${unit && ` ${unit}`}`;
    return `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y}" y2="${y}"/><text x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${label}</text>`;
  }).join('\n');
}

function timeLabel(seconds: number, n: number): string {
  const x = round(LEFT + (INNER_WIDTH * n) / TICKS);
  const anchor = n === TICKS ? 'end' : 'middle';
  return `<text x="${x}" y="${HEIGHT - 6}" text-anchor="${anchor}">${seconds.toFixed(1)} s</text>`;
}

/** A value stands for its whole stretch, so the first one starts at 0. */
function points(times: readonly number[], values: readonly number[], most: number): string {
  const end = times.at(-1) ?? 1;
  const at = (time: number, value: number) =>
    `${round(LEFT + (INNER_WIDTH * time) / end)},${round(TOP + INNER_HEIGHT * (1 - value / most))}`;
  return [at(0, values[0] ?? 0), ...values.map((value, n) => at(times[n], value))].join(' ');
}

/** The next of 1, 2, 4, 8, 10, … at or above: a quarter of it is a short number. */
function niceMost(value: number): number {
  if (!(value > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 8, 10].map((n) => n * unit).find((most) => most >= value * 0.999)!;
}

/** `1.2 M`. */
export function shortNumber(value: number): string {
  const [size, suffix] = value >= 1e9 ? [1e9, ' G'] : value >= 1e6 ? [1e6, ' M'] : value >= 1e4 ? [1e3, ' k'] : [1, ''];
  const scaled = value / size;
  const digits = scaled < 1 ? scaled.toPrecision(3) : scaled.toFixed(scaled < 10 ? 1 : 0);
  return `${Number(digits)}${suffix}`;
}

/** Named numbers as bars, most first. */
export function bars(title: string, values: Readonly<Record<string, number>>, limit = 12): string {
  const sorted = Object.entries(values).filter(([, n]) => n > 0);
  sorted.sort(([, a], [, b]) => b - a);
  const most = sorted[0]?.[1] ?? 1;
  const rows = sorted.slice(0, limit).map(([name, n]) => {
    const bar = `<span class="bar" style="width:${round((100 * n) / most)}%"></span>`;
    return `<tr><td>${xml(name)}</td><td class="number">${Math.round(n).toLocaleString('en-US')}</td><td class="bars">${bar}</td></tr>`;
  });
  const body = rows.length > 0 ? rows.join('\n') : '<tr><td>none</td></tr>';
  return `<figure><figcaption>${xml(title)}</figcaption><table class="plain">${body}</table></figure>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
