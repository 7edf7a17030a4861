import { parseArgs } from 'node:util';
import * as iced from 'iced-x86';
import { Key } from '../../translator/abi/key.ts';
import { decode } from '../../translator/x86/decode.ts';
import { formatBytes, formatInstruction } from '../../translator/x86/format.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM, TOO_LONG_FORM } from '../../translator/x86/table/index.ts';
import { type Count, parseOrExplain, UsageError, wholeNumber } from './settings.ts';

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}

/** Room for one random string: 16 prefixes, then more than an instruction can need. */
const STRIDE = 32;
const BATCH = 1000;
const prefixes = [0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];

/** 0F, or one of the maps after it, whose instructions mostly have 66 in front. */
function pickMap(random: () => number): number[] {
  if (random() < 0.5) return [0x0f];
  const map = [0x0f, random() < 0.5 ? 0x38 : 0x3a];
  return random() < 0.6 ? [0x66, ...map] : map;
}

/** Fills a string: mostly few prefixes, now and then more than fit; half of the opcodes from the maps after 0F. */
function fillRandom(bytes: Uint8Array, random: () => number): void {
  const pick = (count: number) => Math.floor(random() * count);
  let at = random() < 0.02 ? pick(17) : random() < 0.4 ? pick(4) : 0;
  for (let n = 0; n < at; n++) bytes[n] = prefixes[pick(prefixes.length)]!;
  if (random() < 0.5) for (const byte of pickMap(random)) bytes[at++] = byte;
  while (at < bytes.length) bytes[at++] = pick(256);
}

/** One string as both see it. */
interface Sample {
  readonly ours: Instruction;
  readonly text: string;
  readonly length: number;
  readonly theirs: iced.Instruction;
  readonly theirText: string;
}

/**
 * Features of the instructions that the table has in full.
 */
const presentFeatures = new Set(
  [
    ...['INTEL8086', 'INTEL186', 'INTEL286', 'INTEL386', 'INTEL486', 'INTEL8086_ONLY'],
    ...['FPU', 'FPU287', 'FPU287XL_ONLY', 'FPU387', 'CMOV', 'CPUID', 'CX8', 'FXSR', 'MSR', 'MULTIBYTENOP', 'PAUSE'],
    ...['MMX', 'SSE', 'SSE2', 'CLFSH', 'SSE3', 'SSSE3', 'SSE4_1', 'SSE4_2', 'POPCNT', 'MOVBE', 'AES', 'PCLMULQDQ'],
    ...['RDRAND', 'XSAVE', 'SVM'],
    ...['RSM', 'SEP', 'TSC'],
  ].map((name) => iced.CpuidFeature[name as keyof typeof iced.CpuidFeature] as number),
);

/** Opcodes that became instructions after the P6 family, out of its reserved NOPs. */
const laterNops = /^(Cldemote|Prefetchit|Prefetchrst2|Endbr|Rdssp)/;

interface Decision {
  readonly reason: string;
  readonly explains: (sample: Sample) => boolean;
}

const codeName = (theirs: iced.Instruction): string => iced.Code[theirs.code]!;

/** Where the two differ by decision. */
const decisions: readonly Decision[] = [
  {
    reason: 'no instruction, of the same bytes or not',
    explains: ({ ours, theirs }) => isInvalid(ours) && theirs.code === iced.Code.INVALID,
  },
  {
    reason: 'instruction of a feature that this CPU lacks',
    explains: ({ ours, theirs }) =>
      ours.form.id === INVALID_FORM && theirs.cpuidFeatures().some((feature) => !presentFeatures.has(feature)),
  },
  {
    reason: '0F 0D is a reserved NOP of processors after the P6 family only',
    explains: ({ ours, theirs }) => ours.form.id === INVALID_FORM && /^Reservednop_\w+_0F0D$/.test(codeName(theirs)),
  },
  {
    reason: 'a reserved NOP got its meaning after the P6 family',
    explains: ({ ours, theirs, length }) =>
      ours.form.mnemonic === 'NOP' && laterNops.test(codeName(theirs)) && length === theirs.length,
  },
  {
    reason: '66 90 is called NOP',
    explains: ({ text, theirText, length, theirs }) =>
      text === 'nop' && /^xchg (ax,ax|eax,eax)$/.test(theirText) && length === theirs.length,
  },
  {
    reason: 'the selector of LAR and LSL is 16 bits wide',
    explains: ({ text, theirText, length, theirs }) =>
      /^l(ar|sl) /.test(text) && text === theirText.replace(/,e(..)$/, ',$1') && length === theirs.length,
  },
];

function isInvalid(instruction: Instruction): boolean {
  return instruction.form.id === INVALID_FORM || instruction.form.id === TOO_LONG_FORM;
}

/** Differences of notation alone, taken out of iced's text: what, why. */
const notations: readonly (readonly [pattern: RegExp, replacement: string, reason: string])[] = [
  [
    /^((bnd|notrack|data16|data32|addr16|addr32|hint-taken|hint-not-taken|xacquire|xrelease) )+/,
    '',
    'prefixes without effect here are not written',
  ],
  [/^rep ret/, 'ret', 'the same'],
  [/^ret far/, 'retf', 'another name'],
  [/^(vm(?:run|load|save)|invlpga) e?ax(?:,ecx)?$/, '$1', 'EAX and ECX are implied'],
  [/^sal /, 'shl ', 'the undocumented encoding of SHL has no name of its own'],
  [/^(f\w+) st,(?=(?:word|dword|qword|tbyte) ptr )/, '$1 ', 'ST is implied'],
  [/^fld st,/, 'fld ', 'the same'],
  [/^(f(?:i|b)?st{1,2}p?(?:nce)? .*),st$/, '$1', 'the same'],
  [/\bfpu(?:env|state)\d+ ptr /, '', 'iced names the size only where a prefix changed it'],
  [/^((?:repn?e? )?(?:stos|scas|ins)[bwd] )es:/, '$1', 'the segment cannot be overridden'],
];

function withoutNotation(text: string): string {
  for (const [pattern, replacement] of notations) text = text.replace(pattern, replacement);
  return text;
}

export interface Comparison {
  passed: number;
  failed: number;
  /** The first few strings that differ. */
  readonly differences: string[];
  /** How many strings each decision explained. */
  readonly decided: Map<string, number>;
}

const SHOWN = 10;

function compareSample(sample: Sample, bytes: Uint8Array, result: Comparison): void {
  const { text, theirText, length, theirs } = sample;
  const decision =
    text === theirText && length === theirs.length ? undefined : decisions.find((one) => one.explains(sample));
  if (decision) result.decided.set(decision.reason, (result.decided.get(decision.reason) ?? 0) + 1);
  if (decision || (text === theirText && length === theirs.length)) {
    result.passed++;
    return;
  }
  result.failed++;
  if (result.differences.length >= SHOWN) return;
  const shown = formatBytes(bytes, 0, Math.max(length, theirs.length));
  result.differences.push(`${shown}: ${text} (${length}), iced: ${theirText} (${theirs.length}) ${codeName(theirs)}`);
}

/** Compares decoder and formatter with iced-x86 on `count` random byte strings. */
export function compareWithIced(count: number, seed: number, bits: 16 | 32): Comparison {
  const result: Comparison = { passed: 0, failed: 0, differences: [], decided: new Map() };
  const random = randomFrom(seed);
  const formatter = new iced.Formatter(iced.FormatterSyntax.Intel);
  formatter.usePseudoOps = false;
  const theirs = new iced.Instruction();
  const ours = new Instruction(forms[INVALID_FORM]!);
  const key = Key.flat | (bits === 32 ? Key.code32 : 0);
  const { NoWbnoinvd, NoMPFX_0FBC, NoMPFX_0FBD } = iced.DecoderOptions;
  const data = new Uint8Array(BATCH * STRIDE);
  for (let done = 0; done < count; done += BATCH) {
    for (let at = 0; at < data.length; at += STRIDE) fillRandom(data.subarray(at, at + STRIDE), random);
    const decoder = new iced.Decoder(bits, data, NoWbnoinvd | NoMPFX_0FBC | NoMPFX_0FBD);
    for (let at = 0; at < Math.min(BATCH, count - done) * STRIDE; at += STRIDE) {
      const eip = Math.floor(random() * (bits === 32 ? 0x1_0000_0000 : 0x1_0000)) | 0;
      decoder.position = at;
      decoder.ip = BigInt(eip >>> 0);
      decoder.decodeOut(theirs);
      const length = decode(data, at, at + STRIDE, eip, key, ours);
      const text = withoutNotation(formatInstruction(ours));
      const theirText = withoutNotation(formatter.format(theirs));
      compareSample({ ours, text, length, theirs, theirText }, data.subarray(at, at + STRIDE), result);
    }
    decoder.free();
  }
  theirs.free();
  formatter.free();
  return result;
}

const usage = 'usage: oracle disassembler [COUNT] [--seed N] [--bits 16|32]';

/** Parses the arguments. Without --bits half of the COUNT strings are in each mode. Throws UsageError. */
export function parse(args: readonly string[]): () => Count {
  const options = { seed: { type: 'string', default: '1' }, bits: { type: 'string', default: '' } } as const;
  const { values, positionals } = parseOrExplain(
    () => parseArgs({ args: [...args], options, allowPositionals: true }),
    usage,
  );
  const modes = ([16, 32] as const).filter((bits) => values.bits === '' || values.bits === String(bits));
  if (modes.length === 0 || positionals.length > 1) throw new UsageError(usage);
  const [count, seed] = [positionals[0] ?? '500000', values.seed].map((text) => wholeNumber(text, usage));
  return () => run(count!, seed!, modes);
}

/** Prints what differs. */
function run(count: number, seed: number, modes: readonly (16 | 32)[]): Count {
  let passed = 0;
  let failed = 0;
  for (const mode of modes) {
    const result = compareWithIced(Math.ceil(count / modes.length), seed + mode, mode);
    console.log(`${mode}-bit code: ${result.passed} agree, ${result.failed} differ`);
    for (const [reason, times] of result.decided) console.log(`  by decision, ${times}: ${reason}`);
    for (const difference of result.differences) console.log(`  ${difference}`);
    passed += result.passed;
    failed += result.failed;
  }
  return { passed, failed };
}
