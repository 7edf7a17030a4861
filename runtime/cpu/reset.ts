import { Xcr0 } from '../../translator/abi/control-registers.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Double, Eflags, Segment, Word, type WordName, wordCounts } from '../../translator/abi/state.ts';
import { DEBUG_CONTROL_FIXED, DEBUG_STATUS_FIXED } from './breakpoints.ts';
import { SystemType, updateSpans } from './descriptor.ts';
import type { CpuModel } from './model.ts';
import { updateSseMode } from './sse/mode.ts';
import type { CpuWords } from './words.ts';
import { updateFpuMode } from './x87/status.ts';

/** The words that a reset sets, and the model that decides some of them. */
interface ResetWords extends Pick<CpuWords, 'state' | 'doubles'> {
  readonly model: CpuModel;
}

const realSegment = Rights.present | Rights.segment | Rights.writable | Rights.accessed;

/** Words that are not 0 after RESET (Intel SDM vol. 3, table 9-1). */
const initial: readonly (readonly [word: number, value: number])[] = [
  [Word.eflags, Eflags.one],
  [Word.eip, 0xfff0],
  [Word.cr0, 0x60000010],
  [Word.gdtrLimit, 0xffff],
  [Word.idtrLimit, 0xffff],
  [Word.ldtrLimit, 0xffff],
  [Word.ldtrRights, Rights.present | (SystemType.localTable << 8)],
  [Word.taskLimit, 0xffff],
  [Word.taskRights, Rights.present | (SystemType.busyTask32 << 8)],
  [Word.debug + 6, DEBUG_STATUS_FIXED],
  [Word.debug + 7, DEBUG_CONTROL_FIXED],
  [Word.fpuControl, 0x40],
  [Word.fpuTag, 0x5555],
  [Word.mxcsr, 0x1f80],
  [Word.xcr0, Xcr0.x87],
];

/** Words that a reset does not change: those that other threads set, what is left of a grant of instructions, and the random generator. */
const kept: ReadonlySet<number> = new Set([
  Word.attention,
  Word.wake,
  Word.budget,
  ...Array.from({ length: 4 }, (_, n) => Word.randomKey + n),
  ...Array.from({ length: 2 }, (_, n) => Word.randomCount + n),
]);

/** Words that INIT does not change either (Intel SDM vol. 3, table 9-1). */
const keptByInit: readonly WordName[] = [
  ...([
    'sysenterCs',
    'sysenterEsp',
    'sysenterEip',
    'timestampOffsetLow',
    'timestampOffsetHigh',
    'xcr0',
    'virtualizationControl',
    'hostSaveArea',
    'mxcsr',
    'xmm',
  ] as const),
  ...([
    'fpuControl',
    'fpuStatus',
    'fpuTag',
    'fpuOpcode',
    'fpuRegister',
    'fpuTop',
    'fpuConditions',
    'fpuRounding',
  ] as const),
  ...(['fpuInstructionPointer', 'fpuInstructionSelector', 'fpuDataPointer', 'fpuDataSelector'] as const),
];

/** Puts the state into that after INIT. */
export function initializeState(cpu: ResetWords): void {
  const { state, doubles } = cpu;
  const words = keptByInit.map(
    (name) => [Word[name], state.slice(Word[name], Word[name] + (wordCounts[name] ?? 1))] as const,
  );
  const registers = doubles.slice(Double.fpuHigh);
  resetState(cpu);
  for (const [word, values] of words) state.set(values, word);
  doubles.set(registers, Double.fpuHigh);
  updateFpuMode(state);
  updateSseMode(state);
}

/** Puts the state into that after RESET. */
export function resetState(cpu: ResetWords): void {
  const { state } = cpu;
  for (let word = 0; word < state.length; word++) if (!kept.has(word)) state[word] = 0;
  for (const [word, value] of initial) state[word] = value;
  cpu.doubles.fill(0, Double.fpuHigh);
  updateFpuMode(state);
  updateSseMode(state);
  // ZF, PF and the like are 0: a result that gives none of them.
  state[Word.flagResult] = 1;
  state[Word.edx] = cpu.model.signature;
  for (let segment = 0; segment <= Segment.gs; segment++) resetSegment(cpu, segment);
  state[Word.selector + Segment.cs] = 0xf000;
  state[Word.segmentBase + Segment.cs] = 0xffff0000 | 0;
}

function resetSegment(cpu: ResetWords, segment: number): void {
  cpu.state[Word.segmentLimit + segment] = 0xffff;
  cpu.state[Word.segmentRights + segment] = realSegment;
  updateSpans(cpu, segment);
}
