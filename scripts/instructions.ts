/** Which instructions there are, by the CPUID feature that tells of them, as docs/instructions.md lists them. */
import { Eflags } from '../translator/abi/state.ts';
import { featureTable } from '../translator/x86/features.ts';
import type { Feature, Form } from '../translator/x86/table/form.ts';
import { forms } from '../translator/x86/table/index.ts';
import type { Sections } from './sections.ts';

/** The first extended leaf. */
const EXTENDED = 0x80000000;

/** Where CPUID tells of a feature. */
function bitOf(feature: Feature): string {
  if (feature === 'base') return 'on every model';
  const { leaf, register, bit } = featureTable[feature];
  const name = leaf < EXTENDED ? `${leaf}` : `${leaf.toString(16).toUpperCase()}h`;
  return `CPUID leaf ${name}, ${register} bit ${bit}`;
}

const flagLetters = { O: Eflags.of, S: Eflags.sf, Z: Eflags.zf, A: Eflags.af, P: Eflags.pf, C: Eflags.cf } as const;

function flagsText(mask: number): string {
  return Object.entries(flagLetters)
    .filter(([, flag]) => mask & flag)
    .map(([letter]) => letter)
    .join('');
}

/** A form with its operands in the letters of Intel's opcode maps, its encoding, and what it does to the flags. */
function row({ mnemonic, mnemonic16, operands, encoding, lock, ...form }: Form): string {
  const name = mnemonic === mnemonic16 ? mnemonic : `${mnemonic16}, ${mnemonic}`;
  const effects = [form.flagsRead, form.flagsWritten, form.flagsUndefined].map(flagsText);
  const cells = [name, operands.join(', '), `\`${encoding}\``, ...effects, lock ? 'yes' : ''];
  return `| ${cells.join(' | ')} |`;
}

function section(feature: Feature, list: readonly Form[]): string {
  const names = new Set(list.map(({ mnemonic }) => mnemonic));
  const count = `${names.size} ${names.size === 1 ? 'instruction' : 'instructions'}, ${list.length} forms`;
  const heading = [`### ${feature}`, '', `${count}; ${bitOf(feature)}.`, ''];
  const head = [
    '| instruction | operands | encoding | reads | writes | undefined | LOCK |',
    '|---|---|---|---|---|---|---|',
  ];
  return [...heading, ...head, ...list.map(row)].join('\n');
}

/** The sections of the page. */
export function instructionLists(): Sections {
  const listed = forms.filter(({ encoding }) => /^[0-9A-F]{2}|^N/.test(encoding));
  const byFeature = Map.groupBy(listed, ({ feature }) => feature);
  return {
    instructions: [...byFeature].map(([feature, list]) => section(feature, list)).join('\n\n'),
    counts: `${new Set(listed.map(({ mnemonic }) => mnemonic)).size} instructions in ${listed.length} forms.`,
  };
}
