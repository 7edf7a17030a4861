import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Segment, Word } from '../../translator/abi/state.ts';
import { type Engine, type EngineName, type EngineSettings, makeEngine } from '../support/engine.ts';
import { readEflags, writeEflags } from '../support/flags.ts';
import { differenceReason } from './i286-differences.ts';
import { flagDifference, hex, Report } from './report.ts';

/** One captured instruction: see test/oracle/data/README.md. */
export interface I286Test {
  /** Opcode in hexadecimal, with the reg field of ModR/M where it selects the instruction. */
  readonly op: string;
  /** Flags that the instruction defines. */
  readonly mask: number;
  readonly name: string;
  readonly bytes: string;
  readonly initial: { readonly regs: Registers; readonly ram: readonly [address: number, byte: number][] };
  /** The registers and bytes that changed. */
  readonly final: { readonly regs: Partial<Registers>; readonly ram: readonly [address: number, byte: number][] };
  /** The vector of the fault. */
  readonly exception?: { readonly number: number };
}

const generalWords = {
  ax: Word.eax,
  cx: Word.ecx,
  dx: Word.edx,
  bx: Word.ebx,
  sp: Word.esp,
  bp: Word.ebp,
  si: Word.esi,
  di: Word.edi,
  ip: Word.eip,
} as const;
const segments = { es: Segment.es, cs: Segment.cs, ss: Segment.ss, ds: Segment.ds } as const;
type GeneralName = keyof typeof generalWords;
type SegmentName = keyof typeof segments;
type Registers = Record<GeneralName | SegmentName | 'flags', number>;

/** Bits 12-15 read as 1 or 0 on a 286, and are IOPL and NT later. */
const COMPARED_FLAGS = 0x0fff;
const MEMORY_BYTES = 16 << 20;
const MAX_INSTRUCTIONS = 1000;

export function readI286(path: string): I286Test[] {
  const lines = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

function load(engine: Engine, { initial }: I286Test): void {
  const { state } = engine;
  engine.reset();
  for (const [address, byte] of initial.ram) engine.write(address, Uint8Array.of(byte));
  for (const [name, word] of Object.entries(generalWords)) state[word] = initial.regs[name as GeneralName];
  for (const [name, segment] of Object.entries(segments)) {
    const selector = initial.regs[name as SegmentName];
    state[Word.selector + segment] = selector;
    state[Word.segmentBase + segment] = selector << 4;
  }
  writeEflags(state, initial.regs.flags & COMPARED_FLAGS);
  engine.refresh();
}

function unload(engine: Engine, { initial, final }: I286Test): void {
  for (const [address] of [...initial.ram, ...final.ram]) engine.write(address, Uint8Array.of(0));
}

function registerDifferences(state: Int32Array, { initial, final }: I286Test): string[] {
  const expected = { ...initial.regs, ...final.regs };
  const general = Object.entries(generalWords).map(([name, word]) => [name, state[word]] as const);
  const selectors = Object.entries(segments).map(([name, number]) => [name, state[Word.selector + number]] as const);
  return [...general, ...selectors].flatMap(([name, value]) => {
    const wanted = expected[name as GeneralName];
    return (value & 0xffff) === wanted ? [] : [`${name} ${hex(value & 0xffff)} not ${hex(wanted)}`];
  });
}

/** Bytes of the FLAGS that an exception pushed, with the bits that are compared. */
function pushedFlags({ initial, final, exception, mask }: I286Test): Map<number, number> {
  const masks = new Map<number, number>();
  if (!exception) return masks;
  const base = initial.regs.ss << 4;
  const pointer = final.regs.sp! + 4;
  masks.set(base + (pointer & 0xffff), mask & 0xff);
  masks.set(base + ((pointer + 1) & 0xffff), (mask & COMPARED_FLAGS) >> 8);
  return masks;
}

/** Memory that the test names; pushed flags are compared like the flags themselves. */
function memoryDifferences(engine: Engine, test: I286Test): string[] {
  const expected = new Map([...test.initial.ram, ...test.final.ram]);
  const flagBytes = pushedFlags(test);
  return [...expected].flatMap(([address, wanted]) => {
    const byte = engine.read(address, 1)[0]!;
    const compared = flagBytes.get(address) ?? 0xff;
    return ((byte ^ wanted) & compared) === 0 ? [] : [`[${hex(address)}] ${hex(byte)} not ${hex(wanted)}`];
  });
}

function differences(engine: Engine, test: I286Test): string[] {
  load(engine, test);
  if (!engine.runUntilHalt(MAX_INSTRUCTIONS)) return ['it does not halt'];
  const flags = test.final.regs.flags ?? test.initial.regs.flags;
  return [
    ...registerDifferences(engine.state, test),
    ...flagDifference(readEflags(engine.state), flags, test.mask & COMPARED_FLAGS),
    ...memoryDifferences(engine, test),
  ];
}

/** Runs the tests on an engine. */
export function checkI286(tests: readonly I286Test[], engineName: EngineName, settings: EngineSettings = {}): Report {
  const report = new Report();
  const engine = makeEngine(engineName, MEMORY_BYTES, settings);
  for (const test of tests) {
    const reason = differenceReason(test);
    if (reason) report.skip(reason);
    else report.add(`${test.op} ${test.name.split(' ')[0]}`, `${test.name} (${test.bytes})`, differences(engine, test));
    unload(engine, test);
  }
  report.translations = engine.translations;
  engine.dispose();
  return report;
}
