import { stateComponent } from '../../../runtime/cpu/component.ts';
import { Segment, WORD_COUNT, Word, wordCounts } from '../../../translator/abi/state.ts';
import { type Engine, type EngineName, type EngineSettings, makeEngine } from '../../support/engine.ts';
import { readEflags, writeEflags } from '../../support/flags.ts';
import { GuestMachine, PageRights } from '../guest-machine.ts';
import { FRAME, PROGRAM, PROGRAM_PAGES, READ_ONLY, STACK, WRITABLE } from './layout.ts';

const PAGE = 4096;
const MAX_INSTRUCTIONS = 100_000;

/** How a program runs: size of its code, where, and what the segments' base is. */
export interface Mode {
  readonly name: string;
  readonly bits: 16 | 32;
  readonly privilege: 'user' | 'supervisor' | 'real';
  readonly segmentBase: number;
}

export const modes: readonly Mode[] = [
  { name: 'flat, 32 bits, user mode', bits: 32, privilege: 'user', segmentBase: 0 },
  { name: 'flat, 32 bits, supervisor', bits: 32, privilege: 'supervisor', segmentBase: 0 },
  { name: 'segments, 32 bits, user mode', bits: 32, privilege: 'user', segmentBase: 0x30 },
  { name: 'real mode', bits: 16, privilege: 'real', segmentBase: 0x150 },
];

/** Registers a run starts with: ESP and EBP are given, the others are here. */
export type Start = readonly number[];

/** A machine of one engine on which programs run. */
export interface ProgramMachine {
  readonly engine: Engine;
  /** Writes at an offset of the segments. */
  write(offset: number, bytes: Uint8Array): void;
  /** The exception that ended the program, 3 at its end; undefined if it takes too many instructions. */
  run(start: Start, eflags: number): number | undefined;
}

function withFrame(start: Start): number[] {
  const registers = [...start];
  registers[Word.esp] = STACK;
  registers[Word.ebp] = FRAME;
  return registers;
}

/** Pages of user mode, which the supervisor uses too. */
function pageRights(): Map<number, number> {
  const { present, user, writable } = PageRights;
  const pages = new Map<number, number>();
  for (let n = 0; n < PROGRAM_PAGES; n++) pages.set(PROGRAM + n * PAGE, present | user | writable);
  for (let n = 0; n < 2; n++) pages.set(WRITABLE + n * PAGE, present | user | writable);
  return pages.set(READ_ONLY, present | user);
}

function protectedMachine(
  name: EngineName,
  segmentBase: number,
  privilege: 'user' | 'supervisor',
  settings: EngineSettings,
): ProgramMachine {
  const machine = new GuestMachine(name, { pages: pageRights(), segmentBase, privilege }, settings);
  const { engine } = machine;
  return {
    engine,
    write: (offset, bytes) => engine.write(segmentBase + offset, bytes),
    run: (start, eflags) => machine.run(withFrame(start), PROGRAM, eflags, MAX_INSTRUCTIONS),
  };
}

/** HLT instructions that the interrupt table leads to. */
const HANDLERS = 0x500;

function realMachine(name: EngineName, segmentBase: number, settings: EngineSettings): ProgramMachine {
  const engine = makeEngine(name, 1 << 20, settings);
  const { state } = engine;
  const table = Uint16Array.from({ length: 512 }, (_, n) => (n % 2 === 0 ? HANDLERS + n / 2 : 0));
  const reset = (start: Start, eflags: number) => {
    engine.reset();
    // Programs can reach them.
    engine.write(0, new Uint8Array(table.buffer));
    engine.write(HANDLERS, new Uint8Array(256).fill(0xf4));
    state.set(withFrame(start));
    for (let segment = 0; segment <= Segment.gs; segment++) {
      state[Word.selector + segment] = segmentBase >> 4;
      state[Word.segmentBase + segment] = segmentBase;
    }
    writeEflags(state, eflags);
    state[Word.eip] = PROGRAM;
    engine.refresh();
  };
  return {
    engine,
    write: (offset, bytes) => engine.write(segmentBase + offset, bytes),
    run(start, eflags) {
      reset(start, eflags);
      return engine.runUntilHalt(MAX_INSTRUCTIONS) ? state[Word.eip]! - 1 - HANDLERS : undefined;
    },
  };
}

export function makeProgramMachine(engine: EngineName, mode: Mode, settings: EngineSettings): ProgramMachine {
  const { privilege, segmentBase } = mode;
  if (privilege === 'real') return realMachine(engine, segmentBase, settings);
  return protectedMachine(engine, segmentBase, privilege, settings);
}

/** Words that engines may leave different: how flags and x87 registers are kept, what paces them, numbers that they give. */
const free = new Set<number>([
  Word.flagResult,
  Word.flagCarries,
  Word.attention,
  Word.budget,
  Word.callDepth,
  Word.codeContext,
  Word.fpuConditions,
  Word.fpuRounding,
  ...Array.from({ length: wordCounts.scratch! }, (_, n) => Word.scratch + n),
  ...Array.from({ length: wordCounts.fpuRegister! }, (_, n) => Word.fpuRegister + n),
]);

/** Differences in state and in the first `bytes` of memory. */
export function compareMachines(a: Engine, b: Engine, bytes: number): string[] {
  const list: string[] = [];
  for (let word = 0; word < WORD_COUNT; word++) {
    if (!free.has(word) && a.state[word] !== b.state[word])
      list.push(difference(`word ${word}`, a.state[word], b.state[word]));
  }
  const [flagsA, flagsB] = [readEflags(a.state), readEflags(b.state)];
  if (flagsA !== flagsB) list.push(difference('flags', flagsA, flagsB));
  const seen = stateComponent(a.state).compare(stateComponent(b.state).save());
  list.push(...seen.filter(({ path }) => path.startsWith('cpu.fpu')).map((d) => `${d.path}: ${d.left} and ${d.right}`));
  const [memoryA, memoryB] = [a.read(0, bytes), b.read(0, bytes)];
  const at = Buffer.compare(memoryA, memoryB) === 0 ? -1 : memoryA.findIndex((byte, n) => byte !== memoryB[n]);
  if (at >= 0) list.push(difference(`memory at ${at.toString(16)}`, memoryA[at]!, memoryB[at]!));
  return list;
}

function difference(what: string, a: number | undefined, b: number | undefined): string {
  return `${what}: ${(a! >>> 0).toString(16)} and ${(b! >>> 0).toString(16)}`;
}
