import { hex } from '../../../translator/emit/names.ts';
import { ConfigurationError } from '../../index.ts';
import { type BlockLine, blockLines, ticksOf } from '../../inspect/block-view.ts';
import { watching } from '../../inspect/inspected.ts';
import { largest } from '../../inspect/largest.ts';
import { summarize } from '../../inspect/profile.ts';
import { profiling, wait } from '../../inspect/sampling.ts';
import { translationSince } from '../../inspect/since.ts';
import { keyText } from '../../inspect/state-key.ts';
import type { TranslationDetail } from '../../machine-core.ts';
import { type Attached, attached, machineOptions, notMapped, wantedAddress } from './attached.ts';
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
      const { detail, lines } = await observe(at, linear, seconds);
      const symbol = at.symbols.label(detail.info.linear) ?? detail.info.name;
      return {
        data: { seconds, ...detail.info, symbol, lines },
        text: (style) => `${heading(detail, symbol, style)}${blockText(lines, style)}`,
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

function observe(at: Attached, linear: number, seconds: number) {
  return watching(at.machine, async () => {
    await translationAt(at, linear);
    await at.machine.ask('countInstructions', linear);
    const before = await translationAt(at, linear);
    const profile = summarize(await profiling(at.machine, () => wait(seconds)));
    const now = await translationAt(at, linear);
    const detail = { ...now, info: translationSince(before.info, now.info) };
    return { detail, lines: blockLines(detail, at.symbols, ticksOf(profile, detail)) };
  });
}

function heading({ info }: TranslationDetail, symbol: string, style: Style): string {
  const size = `${info.instructions} instructions in ${info.blocks} blocks, ${byteSize(info.bytes)} → ${byteSize(info.characters)}`;
  const runs =
    info.executions === null ? '' : `entered ${count(info.executions)} times; left: ${countsText(info.exits ?? {})}`;
  return `${bold(style, `${symbol} at ${hex(info.linear)}`)} (${keyText(info.key)}): ${size}\n${runs}\n\n`;
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
