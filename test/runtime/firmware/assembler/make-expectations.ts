/**
 * Makes expectations.txt: what NASM makes of instructions of every form of the table. Run it where `nasm` is installed:
 * `node test/runtime/firmware/assembler/make-expectations.ts`
 * A line of the file: code size, address, bytes, text. Texts that NASM does not take are left out.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Form } from '../../../../translator/x86/table/form.ts';
import { forms } from '../../../../translator/x86/table/index.ts';

const addresses32 = [
  'ebx',
  'esp',
  'ebp',
  '0x1234',
  'ebx+ecx*4-4',
  'esi+0x12345678',
  'edi*8+5',
  'esp+eax+127',
  'fs:ebp-128',
];
const addresses16 = ['bx', 'bp', '0x1234', 'bx+si-4', 'di+0x1234', 'bp+di+127', 'es:si', 'bx+di+128'];

const registers: Record<number, string[]> = {
  1: ['al', 'cl', 'dl', 'bh'],
  2: ['ax', 'cx', 'sp', 'di'],
  4: ['eax', 'ecx', 'esp', 'edi'],
};
const keywords: Record<string, string> = {
  b: 'byte ',
  w: 'word ',
  wv: 'word ',
  d: 'dword ',
  q: 'qword ',
  fs: 'dword ',
  fd: 'qword ',
  ft: 'tword ',
  iw: 'word ',
  id: 'dword ',
  iq: 'qword ',
  bcd: 'tword ',
  dw: 'word ',
  db: 'byte ',
  ss: 'dword ',
  sd: 'qword ',
};
const fixedSizes: Record<string, number> = { b: 1, w: 2, d: 4, dw: 4, db: 4 };

interface Setting {
  readonly bits: 16 | 32;
  readonly operandBytes: 2 | 4;
  /** Chooses among the texts of a kind. */
  readonly turn: number;
  readonly form: Form;
}

const pick = <T>(list: readonly T[], turn: number): T => list[turn % list.length]!;

function memoryText(size: string, { bits, turn, operandBytes, form }: Setting): string {
  const list = (turn % 5 === 4) === (bits === 16) ? addresses32 : addresses16;
  const full = operandBytes === 2 ? 'word ' : 'dword ';
  const far = size === 'p' && form.operands.length === 1 ? `far ${full}` : '';
  return `${size === 'v' ? full : far || (keywords[size] ?? '')}[${pick(list, turn)}]`;
}

const registerText = (size: string, { operandBytes, turn }: Setting): string =>
  pick(registers[fixedSizes[size] ?? operandBytes]!, turn);

const immediates: Record<string, (setting: Setting) => string> = {
  b: ({ turn }) => pick(['5', '0x80', '255'], turn),
  bs: ({ turn }) => pick(['5', '-5', '-128', '127'], turn),
  w: ({ turn }) => pick(['8', '0x1234', '0xffff'], turn),
  z: ({ turn }) => pick(['0x1234', '128', '-129', '0x7fff'], turn),
};

const texts: Record<string, (size: string, setting: Setting) => string> = {
  E: (size, setting) => (setting.turn & 1 ? registerText(size, setting) : memoryText(size, setting)),
  M: memoryText,
  V: (_, { turn }) => `xmm${(turn + 3) % 8}`,
  W: (size, setting) => (setting.turn & 1 ? `xmm${setting.turn % 8}` : memoryText(size, setting)),
  U: (_, { turn }) => `xmm${turn % 8}`,
  P: (_, { turn }) => `mm${(turn + 3) % 8}`,
  Q: (size, setting) => (setting.turn & 1 ? `mm${setting.turn % 8}` : memoryText(size, setting)),
  N: (_, { turn }) => `mm${turn % 8}`,
  R: registerText,
  G: (size, setting) => registerText(size, { ...setting, turn: setting.turn + 1 }),
  Z: registerText,
  S: (_, { turn }) => pick(['ds', 'es', 'ss', 'fs', 'gs'], turn),
  C: (_, { turn }) => pick(['cr0', 'cr2', 'cr3', 'cr4'], turn),
  D: (_, { turn }) => pick(['dr0', 'dr6', 'dr7'], turn),
  I: (size, setting) => immediates[size]!(setting),
  J: (size, { turn }) => (size === 'b' ? `short $+${5 + turn}` : `near $+${500 + turn}`),
  O: (size, setting) => `${memoryText(size, { ...setting, turn: 0 }).split('[')[0]}[0x1234]`,
  A: (_, { operandBytes }) => `${operandBytes === 2 ? 'word' : 'dword'} 0x18:0x1234`,
};

function operandText(kind: string, setting: Setting): string {
  if (kind === 'STi') return `st${setting.turn % 8}`;
  if (kind === 'eAX') return setting.operandBytes === 2 ? 'ax' : 'eax';
  if (/^(1|AL|AX|CL|DX|[ECSDFG]S|ST0)$/.test(kind)) return kind.toLowerCase();
  return texts[kind[0]!]!(kind.slice(1), setting);
}

function mnemonicText({ mnemonic, mnemonic16 }: Form, operandBytes: number): string {
  if (operandBytes === 4 || mnemonic === mnemonic16) return mnemonic.toLowerCase();
  return (mnemonic === `${mnemonic16}D` ? `${mnemonic16}W` : mnemonic16).toLowerCase();
}

function instructionText(setting: Setting): string {
  const { form, operandBytes } = setting;
  const implicit = form.operands.some((kind) => /^[XYB][bv]$/.test(kind));
  const named = form.operands.filter((kind) => kind !== 'Bdi');
  const operands = implicit ? [] : named.map((kind) => operandText(kind, setting));
  return [mnemonicText(form, operandBytes), operands.join(', ')].filter((part) => part).join(' ');
}

/** Reserved encodings, whose text says less than their bytes. */
const skipped = /^(NOP E|\(bad\)|UD[01])/;

const sized = /^.(v|z|wv|bs)$|^Ap$|^eAX$|^Mp$/;

/** Whether the operand size makes a difference. */
function dependsOnSize({ operands, mnemonic, mnemonic16 }: Form): boolean {
  return mnemonic !== mnemonic16 || operands.some((kind) => sized.test(kind));
}

function* instructionsOf(form: Form, bits: 16 | 32): Iterable<Instruction> {
  const defaultBytes = bits === 16 ? 2 : 4;
  const turns = form.operands.length > 0 ? [form.id, form.id + 1, form.id + 7] : [0];
  for (const operandBytes of [2, 4] as const) {
    if (operandBytes !== defaultBytes && !dependsOnSize(form)) continue;
    for (const turn of turns) yield { bits, text: instructionText({ bits, operandBytes, turn, form }) };
  }
}

function instructions(): Instruction[] {
  const usable = forms.filter((form) => !skipped.test(`${form.mnemonic} ${form.operands[0]}`));
  const all = ([16, 32] as const).flatMap((bits) => usable.flatMap((form) => [...instructionsOf(form, bits)]));
  return [...new Map(all.map((instruction) => [`${instruction.bits} ${instruction.text}`, instruction])).values()];
}

interface Instruction {
  readonly bits: 16 | 32;
  readonly text: string;
}

/** Each instruction takes two lines of the source. */
const LINES = 2;
const folder = mkdtempSync(join(tmpdir(), 'nasm-'));
const source = join(folder, 'source.asm');
const listing = join(folder, 'listing.txt');

/** Runs NASM; the numbers of the source's lines that it does not take. */
function runNasm(instructions: readonly Instruction[]): Set<number> {
  writeFileSync(source, instructions.map(({ bits, text }) => `bits ${bits}\n${text}\n`).join(''));
  const parameters = ['-f', 'bin', '-w-all', '-l', listing, '-o', join(folder, 'out'), source];
  const { stderr } = spawnSync('nasm', parameters, { encoding: 'utf8' });
  return new Set([...stderr.matchAll(/asm:(\d+): error/g)].map(([, line]) => Number(line)));
}

/** Address and bytes by the source's line; long ones go on over several lines of the listing. */
function readListing(): Map<number, { address: string; bytes: string }> {
  const found = new Map<number, { address: string; bytes: string }>();
  for (const line of readFileSync(listing, 'latin1').split('\n')) {
    const [, number, address, bytes] = /^ *(\d+) ([0-9A-F]{8}) ([0-9A-F()[\]]+)-?/.exec(line) ?? [];
    if (number === undefined) continue;
    const before = found.get(Number(number)) ?? { address: address!, bytes: '' };
    found.set(Number(number), { ...before, bytes: before.bytes + bytes!.replace(/\W/g, '') });
  }
  return found;
}

let accepted = instructions();
for (let refused = runNasm(accepted); refused.size > 0; refused = runNasm(accepted)) {
  accepted = accepted.filter((_, index) => !refused.has((index + 1) * LINES));
}
const listed = readListing();
// What NASM takes for a label gives no bytes.
const lines = accepted.flatMap(({ bits, text }, index) => {
  const found = listed.get((index + 1) * LINES);
  return found ? [`${bits} ${found.address} ${found.bytes} ${text}\n`] : [];
});
writeFileSync(new URL('expectations.txt', import.meta.url), lines.join(''));
rmSync(folder, { recursive: true });
console.log(`${lines.length} instructions`);
