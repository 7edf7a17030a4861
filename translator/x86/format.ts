import { Word } from '../abi/state.ts';
import { type Instruction, Shape } from './instruction.ts';
import type { Form, OperandKind } from './table/form.ts';

export interface FormatOptions {
  /** A name for an address: of a branch's target, or of memory addressed without a register. */
  readonly symbol?: (address: number) => string | undefined;
}

const registers8 = ['al', 'cl', 'dl', 'bl', 'ah', 'ch', 'dh', 'bh'];
const registers16 = ['ax', 'cx', 'dx', 'bx', 'sp', 'bp', 'si', 'di'];
const segments = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'];

function register(number: number, bytes: number, high: number): string {
  if (bytes === 1) return registers8[high ? number + 4 : number]!;
  return (bytes === 4 ? 'e' : '') + registers16[number]!;
}

/** Up to 9 as it is, else hexadecimal with an h after and a digit in front. */
function hexadecimal(value: number, digits = 1): string {
  const number = value >>> 0;
  if (number < 10) return String(number);
  const text = number.toString(16).toUpperCase().padStart(digits, '0');
  return `${text < 'A' ? '' : '0'}${text}h`;
}

function operandBytes(i: Instruction): 2 | 4 {
  return i.shape & Shape.operand16 ? 2 : 4;
}
function addressBytes(i: Instruction): 2 | 4 {
  return i.shape & Shape.address16 ? 2 : 4;
}

/** Bytes of a register or immediate, by the size letters of its kind. */
function bytesOf(size: string, i: Instruction): 1 | 2 | 4 {
  if (size === 'b') return 1;
  if (size === 'w') return 2;
  return size.startsWith('d') ? 4 : operandBytes(i);
}

function unsigned(value: number, bytes: number): number {
  return bytes === 4 ? value : value & (bytes === 1 ? 0xff : 0xffff);
}

/** Names of memory sizes by the letters of the kind; two where the operand size decides. Others are not written. */
const sizeNames: Record<string, readonly [for32: string, for16: string]> = {
  b: ['byte', 'byte'],
  w: ['word', 'word'],
  v: ['dword', 'word'],
  d: ['dword', 'dword'],
  a: ['qword', 'dword'],
  p: ['fword', 'dword'],
  fs: ['dword', 'dword'],
  fd: ['qword', 'qword'],
  ft: ['tbyte', 'tbyte'],
  iw: ['word', 'word'],
  id: ['dword', 'dword'],
  iq: ['qword', 'qword'],
  bcd: ['tbyte', 'tbyte'],
  env: ['', 'fpuenv14'],
  state: ['', 'fpustate94'],
};

const x87Kind = /^M(f[sdt]|i[wdq]|bcd|env|state)$/;

/** The size is written where no register operand tells it. */
function writesSize(form: Form, kind: OperandKind): boolean {
  if (/^(MOVZX|MOVSX|CRC32|CVTSI2S[SD])$/.test(form.mnemonic) || kind === 'Ma') return true;
  if (kind === 'Eb' || kind === 'Ev') {
    return !/^(SET|NOP)/.test(form.mnemonic) && !form.operands.some((other) => other.startsWith('G'));
  }
  return x87Kind.test(kind) || isFar(form);
}

function isFar(form: Form): boolean {
  return form.operands[0] === 'Mp' || form.operands[0] === 'Ap';
}

function sizeText(i: Instruction, kind: OperandKind): string {
  const names = sizeNames[kind.slice(1)];
  if (!names || !writesSize(i.form, kind)) return '';
  const name = names[i.shape & Shape.operand16 ? 1 : 0];
  return name ? `${name} ptr ` : '';
}

function segmentText(i: Instruction): string {
  const usual = i.base === Word.esp || i.base === Word.ebp ? 2 : 3;
  return i.segment === usual ? '' : `${segments[i.segment]}:`;
}

/** Displacement as it is written: POP adds to that of an address by ESP (see decode). */
function writtenDisplacement(i: Instruction): number {
  const moved = i.form.encoding === '8F /0' && i.base === Word.esp;
  return moved ? (i.displacement - operandBytes(i)) | 0 : i.displacement;
}

function addressText(i: Instruction, options: FormatOptions): string {
  const bytes = addressBytes(i);
  const displacement = writtenDisplacement(i);
  const parts: string[] = [];
  if (i.base !== Word.zero) parts.push(register(i.base, bytes, 0));
  if (i.index !== Word.zero) {
    const scale = i.scale || i.base === Word.zero ? `*${1 << i.scale}` : '';
    parts.push(register(i.index, bytes, 0) + scale);
  }
  if (parts.length === 0) {
    const address = unsigned(displacement, bytes);
    return options.symbol?.(address) ?? hexadecimal(address);
  }
  const sign = displacement < 0 ? '-' : '+';
  return parts.join('+') + (displacement ? sign + hexadecimal(Math.abs(displacement)) : '');
}

function memory(i: Instruction, kind: OperandKind, options: FormatOptions): string {
  return `${sizeText(i, kind)}${segmentText(i)}[${addressText(i, options)}]`;
}

/** A string operand; both of MOVS and CMPS have their segment written where one is overridden. */
function stringOperand(i: Instruction, kind: OperandKind): string {
  const [number, segment] = kind.startsWith('X') ? [Word.esi, i.segment] : [Word.edi, 0];
  const overridden = i.segment !== 3 && i.form.operands.some((other) => other.startsWith('X'));
  return `${overridden ? `${segments[segment]}:` : ''}[${register(number, addressBytes(i), 0)}]`;
}

type OperandFormatter = (i: Instruction, kind: OperandKind, options: FormatOptions) => string;

const registerOrMemory: OperandFormatter = (i, kind, options) => {
  if (!(i.shape & Shape.register)) return memory(i, kind, options);
  return register(i.rm, bytesOf(kind.slice(1), i), i.shape & Shape.rmHigh);
};

const vectorOrMemory =
  (file: 'mm' | 'xmm'): OperandFormatter =>
  (i, kind, options) =>
    i.shape & Shape.register ? `${file}${i.rm}` : memory(i, kind, options);

const immediate: OperandFormatter = (i, kind) => {
  const second = i.form.operands[0] === 'Iw' && kind === 'Ib';
  return hexadecimal(unsigned(second ? i.immediate2 : i.immediate, bytesOf(kind.slice(1), i)));
};

function branchTarget(i: Instruction, options: FormatOptions): string {
  const short = /^(7.|EB)$/.test(i.form.encoding) ? 'short ' : '';
  return short + (options.symbol?.(i.target) ?? hexadecimal(i.target, operandBytes(i) * 2));
}

const formatters: Record<string, OperandFormatter> = {
  E: registerOrMemory,
  M: memory,
  R: registerOrMemory,
  Z: registerOrMemory,
  O: memory,
  B: (i, kind, options) => (kind === 'Bdi' ? segments[i.segment]! : memory(i, kind, options)),
  V: (i) => `xmm${i.reg}`,
  W: vectorOrMemory('xmm'),
  U: vectorOrMemory('xmm'),
  P: (i) => `mm${i.reg}`,
  Q: vectorOrMemory('mm'),
  N: vectorOrMemory('mm'),
  G: (i, kind) => register(i.reg, bytesOf(kind.slice(1), i), i.shape & Shape.regHigh),
  I: immediate,
  J: (i, _kind, options) => branchTarget(i, options),
  A: (i) => `${hexadecimal(i.immediate, operandBytes(i) * 2)},${hexadecimal(i.immediate2, 4)}`,
  S: (i) => segments[i.reg]!,
  C: (i) => `cr${i.reg}`,
  D: (i) => `dr${i.reg}`,
  X: stringOperand,
  Y: stringOperand,
};

/** Operands that stand for themselves. */
const fixedOperand: OperandFormatter = (i, kind) => {
  if (kind === 'eAX') return register(0, operandBytes(i), 0);
  if (kind === 'STi') return `st(${i.rm})`;
  return kind === 'ST0' ? 'st' : kind.toLowerCase();
};

/** String instructions are written without their accumulator; MASKMOVQ without its address, but with its segment. */
function writtenOperands({ form, segment }: Instruction): readonly OperandKind[] {
  const string = form.operands.some((kind) => /^[XY]/.test(kind));
  if (string) return form.operands.filter((kind) => !/^(AL|eAX)$/.test(kind));
  return segment === 3 ? form.operands.filter((kind) => kind !== 'Bdi') : form.operands;
}

function operandText(i: Instruction, kind: OperandKind, options: FormatOptions): string {
  const lettered = /^[A-Z][a-z]*$/.test(kind);
  return (lettered ? formatters[kind[0]!]! : fixedOperand)(i, kind, options);
}

/** The mnemonic. For a branch, JCXZ, the address size decides it. */
function mnemonicText(i: Instruction): string {
  const { form } = i;
  const bit = form.flow === 'branch' ? Shape.address16 : Shape.operand16;
  const name = i.shape & bit ? form.mnemonic16 : form.mnemonic;
  return isFar(form) ? `${name} far` : name;
}

function prefixText(i: Instruction): string {
  // What sets flags: CMPS and SCAS.
  const compares = i.form.flow === 'string' && i.form.flagsWritten !== 0;
  if (i.shape & Shape.lock) return 'lock ';
  if (i.shape & Shape.repeatNot) return 'repne ';
  if (i.shape & Shape.repeat) return compares ? 'repe ' : 'rep ';
  return '';
}

/** The instruction in Intel syntax, in lower case, e.g. `lock add dword ptr fs:[ebx+ecx*4-8],1`. */
export function formatInstruction(instruction: Instruction, options: FormatOptions = {}): string {
  const operands = writtenOperands(instruction).map((kind) => operandText(instruction, kind, options));
  const name = (prefixText(instruction) + mnemonicText(instruction)).toLowerCase();
  return operands.length ? `${name} ${operands.join(',')}` : name;
}

/** The bytes of an instruction, e.g. `8b 44 24 04`. */
export function formatBytes(code: Uint8Array, start: number, length: number): string {
  return Array.from(code.subarray(start, start + length), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
