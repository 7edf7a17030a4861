import { hex } from '../../../translator/emit/names.ts';
import { ConfigurationError } from '../../index.ts';
import { type BlockLine, blockLines, ticksOf } from '../../inspect/block-view.ts';
import { watching } from '../../inspect/inspected.ts';
import { largest } from '../../inspect/largest.ts';
import { summarize } from '../../inspect/profile.ts';
import { profiling, wait } from '../../inspect/sampling.ts';
import { translationSince } from '../../inspect/since.ts';
import { keyText } from '../../inspect/state-key.ts';
import type { TranslationDetail, TranslationInfo } from '../../machine-core.ts';
import { type Attached, attached, machineOptions, notMapped, sameTranslation, wantedAddress } from './attached.ts';
import { remainingWidth, sideBySide, wrapStatements } from './columns.ts';
import type { Command } from './command.ts';
import { assembly } from './stages.ts';
import { bold, dim, type Style, widthOf, yellow } from './style.ts';
import { byteSize, count, percent } from './table.ts';
import { countsText } from './translations.ts';

const block: Command = {
  name: 'block',
  usage: 'ADDRESS',
  help: 'assembly, intermediate code and JavaScript of a translation side by side, with counts of some seconds',
  options: ['seconds', ...machineOptions],
  words: 1,
  run(request) {
    const { seconds = 1 } = request.options;
    return attached(request, async (at) => {
      const linear = wantedAddress(request.words, at.symbols);
      const { detail, lines, others } = await observe(at, linear, seconds);
      const symbol = labelOf(detail.info, at);
      const also = others.map((info) => `${labelOf(info, at)} at ${hex(info.linear)} (${runsOf(info)})`);
      return {
        data: { seconds, ...detail.info, symbol, others, lines },
        text: (style) => `${heading(detail, symbol, style)}${otherPlaces(linear, also)}\n${blockText(lines, style)}`,
      };
    });
  },
};

/** The translation at an address. Throws ConfigurationError that says what is there instead. */
async function translationAt({ machine }: Attached, linear: number): Promise<TranslationDetail> {
  const detail = await machine.ask('translation', linear);
  if (detail) return detail;
  if ((await machine.ask('code', linear)) === null) throw notMapped(linear);
  throw new ConfigurationError(`there is no translation at ${hex(linear)}; decode, lift, … show the code there`);
}

/** Seconds that tell which of several translations is the one that runs. */
const TRIAL = 0.5;

/** Where the translation of an address begins; of several that cover it, that one which is entered most. */
async function chosenAt({ machine }: Attached, linear: number): Promise<number> {
  const [first, ...others] = await machine.ask('covering', linear);
  if (others.length === 0 || first.linear === linear) return first?.linear ?? linear;
  await wait(TRIAL);
  const [most] = await machine.ask('covering', linear);
  return most?.linear ?? linear;
}

function observe(at: Attached, linear: number, seconds: number) {
  return watching(at.machine, async () => {
    const start = await chosenAt(at, linear);
    await translationAt(at, start);
    await at.machine.ask('countInstructions', start);
    const before = await translationAt(at, start);
    const profile = summarize(await profiling(at.machine, () => wait(seconds)));
    const now = (await sameTranslation(at.machine, before.info)) ?? (await translationAt(at, start));
    const detail = { ...now, info: translationSince(before.info, now.info) };
    const covering = await at.machine.ask('covering', linear);
    const others = covering.filter(({ physical, key }) => physical !== now.info.physical || key !== now.info.key);
    return { detail, lines: blockLines(detail, at.symbols, ticksOf(profile, detail)), others };
  });
}

function labelOf({ linear, name }: TranslationInfo, { symbols }: Attached): string {
  return symbols.label(linear) ?? name;
}

function runsOf({ executions }: TranslationInfo): string {
  return executions === 0 ? 'not entered' : `entered ${count(executions ?? 0)} times`;
}

/** More than these are only counted. */
const SHOWN_PLACES = 4;

/** A line about the other translations that cover an address; nothing if there are none. */
function otherPlaces(linear: number, places: readonly string[]): string {
  if (places.length === 0) return '';
  const rest = places.length > SHOWN_PLACES ? ` and ${places.length - SHOWN_PLACES} more` : '';
  return `${hex(linear)} is also in ${places.slice(0, SHOWN_PLACES).join(', ')}${rest}\n`;
}

function heading({ info }: TranslationDetail, symbol: string, style: Style): string {
  const size = `${info.instructions} instructions in ${info.blocks} blocks, ${byteSize(info.bytes)} → ${byteSize(info.characters)}`;
  const runs =
    info.executions === null ? '' : `entered ${count(info.executions)} times; left: ${countsText(info.exits ?? {})}`;
  return `${bold(style, `${symbol} at ${hex(info.linear)}`)} (${keyText(info.key)}): ${size}\n${runs}\n`;
}

/** A row an instruction. */
function blockText(lines: readonly BlockLine[], style: Style): string {
  const left = lines.map((line) => [runsText(line, style), addressText(line, style), assembly(line.assembly, style)]);
  const widths = [0, 1, 2].map((n) => largest(left.map((row) => widthOf(row[n]))));
  const irWidth = largest(lines.flatMap(({ ir }) => ir.map(widthOf)));
  const rest = remainingWidth(style, [...widths, irWidth]);
  return sideBySide(
    lines.map((line, n) => [...left[n].map((cell) => [cell]), line.ir, wrapStatements(line.javascript, rest)]),
  );
}

function runsText({ count: runs, share }: BlockLine, style: Style): string {
  const parts = [runs === null ? '' : count(runs), share ? percent(share) : ''];
  const text = parts.filter((part) => part !== '').join(' ');
  return share !== null && share >= 0.1 ? yellow(style, text) : text;
}

function addressText({ address, isLeader }: BlockLine, style: Style): string {
  if (address === null) return '';
  return isLeader ? bold(style, `${hex(address)}:`) : dim(style, hex(address));
}

export const blockCommands: readonly Command[] = [block];
