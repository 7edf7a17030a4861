import { Vector } from '../../translator/abi/faults.ts';
import type { AttemptName, ChangeName, QuestionName } from '../../translator/abi/helpers.ts';
import { Rights } from '../../translator/abi/rights.ts';
import { Double, Eflags, Segment, Shadow, Word } from '../../translator/abi/state.ts';
import type { Cpu } from './cpu.ts';
import { isNull } from './descriptor.ts';
import { enableInterrupts, tryPause } from './flag-instructions.ts';
import { isWithinPrivilege, setNullSegment, setSegmentFrom, setUnprotectedSegment } from './segmentation.ts';

/** An attempt, question or change of the helper table (translator/abi/helpers.ts): 1 if it has done what its instruction means, or would, else 0. */
type Attempt = (a: number, b: number, c: number) => 0 | 1;

/** The conditions under which an interrupt would come next. */
export interface InterruptMoment {
  /** Instructions are counted: the shadow of STI must end after exactly one. */
  readonly budgeted: boolean;
  readonly isPending: () => boolean;
}

/** Flags that POPF leaves to its trap if they are set or would change: debugging, the key, what no kernel restores. */
const unusual = Eflags.tf | Eflags.nt | Eflags.ac | Eflags.id | Eflags.iopl | Eflags.vm;

/**
 * The usual cases of sensitive instructions that kernels execute all the time, for one CPU.
 * @param onCode called when CS was loaded
 */
export function attempts(
  cpu: Cpu,
  moment: InterruptMoment,
  onCode: () => void,
): Record<AttemptName | QuestionName | ChangeName, Attempt> {
  return {
    tryLoadSegment: (segment, selector, nextEip) => (loadSegment(cpu, segment, selector, nextEip, moment) ? 1 : 0),
    canWriteStack: (offset, bytes) => (canWriteStack(cpu, offset, bytes) ? 1 : 0),
    hasHandler: (vector) => (hasHandler(cpu, vector) ? 1 : 0),
    enterCodeContext: () => {
      onCode();
      return 1;
    },
    hasCode: (selector, eip) => (hasCode(cpu, selector, eip) ? 1 : 0),
    enterFoundCode: (selector) => {
      setSegmentFrom(cpu, Segment.cs, selector, cpu.code);
      onCode();
      return 1;
    },
    tryRestoreFlags: (image) => (restoreFlags(cpu, image, moment) ? 1 : 0),
    tryPause: () => tryPause(cpu),
    tryEnableInterrupts: (nextEip) => (tryEnableInterrupts(cpu, nextEip, moment) ? 1 : 0),
  };
}

/** MOV and POP to DS, ES, FS and GS in protected mode, and far pointers that are loaded into them; to SS in real and VM86 mode. */
function loadSegment(
  cpu: Cpu,
  segment: number,
  selector: number,
  nextEip: number,
  { budgeted }: InterruptMoment,
): boolean {
  if (segment === Segment.ss) return !budgeted && !cpu.isProtected && loadStack(cpu, selector, nextEip);
  if (isNull(selector)) return loadNull(cpu, segment, selector);
  const { data } = cpu;
  if (!data.readIfMapped(cpu, selector) || !data.isReadable || !data.isPresent || !data.isAccessed) return false;
  if (!isWithinPrivilege(cpu, selector)) return false;
  if (!keepsKey(cpu, segment, data.base, data.limit, data.high & Rights.mask)) return false;
  setSegmentFrom(cpu, segment, selector, data);
  return true;
}

/**
 * Whether the key stays as it is: FS and GS have no part in it; DS or ES has none where another one of CS, DS, ES and SS is not flat, or where it stays
 * as it is.
 */
function keepsKey(cpu: Cpu, segment: number, base: number, limit: number, rights: number): boolean {
  const { state } = cpu;
  if (segment >= Segment.fs || cpu.isAnotherNotFlat(segment)) return true;
  return (
    base === state[Word.segmentBase + segment] &&
    limit === state[Word.segmentLimit + segment] &&
    rights === state[Word.segmentRights + segment]
  );
}

function loadNull(cpu: Cpu, segment: number, selector: number): boolean {
  if (!keepsKey(cpu, segment, 0, 0, 0)) return false;
  setNullSegment(cpu, segment, selector);
  return true;
}

/** Nothing may be debugged, as the shadow is only looked at where the dispatcher has control. */
function loadStack(cpu: Cpu, selector: number, nextEip: number): boolean {
  const { state } = cpu;
  const isDebugged = cpu.breakpoints.active || (state[Word.eflags] & Eflags.tf) !== 0 || state[Word.debugTraps] !== 0;
  if (isDebugged || !cpu.isAnotherNotFlat(Segment.ss)) return false;
  setUnprotectedSegment(cpu, Segment.ss, selector);
  state[Word.interruptShadow] = Shadow.stack;
  state[Word.shadowedEip] = nextEip;
  return true;
}

/** For JMP, CALL and RET far in protected mode: what all of them may go to. The segment's descriptor is in cpu.code then. */
function hasCode(cpu: Cpu, selector: number, eip: number): boolean {
  const { code, state } = cpu;
  const cpl = state[Word.cpl];
  if (!cpu.isAnotherNotFlat(Segment.cs) || (selector & 3) !== cpl || !code.readIfMapped(cpu, selector)) return false;
  const isUsual = code.isCode && !code.isConforming && code.dpl === cpl && code.isPresent && code.isAccessed;
  const isOfKey = ((code.high ^ state[Word.segmentRights + Segment.cs]) & Rights.big) === 0;
  return isUsual && isOfKey && eip >>> 0 <= code.limit >>> 0;
}

function canWriteStack({ state, doubles, memory }: Cpu, offset: number, bytes: number): boolean {
  const distance = (offset - state[Word.segmentLow + Segment.ss]) >>> 0;
  if (distance + bytes - 1 > doubles[Double.writeSpan + Segment.ss]) return false;
  return memory.isWritable((state[Word.segmentBase + Segment.ss] + offset) | 0, bytes);
}

/** For INT in real mode: the table has an entry for the vector, and nobody is to be told. That of #DB has more to do. */
function hasHandler({ state, observer }: Cpu, vector: number): boolean {
  const isTraced = observer !== null || (state[Word.eflags] & Eflags.tf) !== 0;
  return !isTraced && vector !== Vector.debug && vector * 4 + 3 <= state[Word.idtrLimit];
}

/**
 * POPF and real mode's IRET, without the arithmetic flags. In VM86 mode with IOPL below 3 they have to do with a virtual flag.
 */
function restoreFlags(cpu: Cpu, image: number, moment: InterruptMoment): boolean {
  const { state } = cpu;
  const eflags = state[Word.eflags];
  if ((eflags & Eflags.tf) !== 0 || ((image ^ eflags) & unusual) !== 0) return false;
  if ((eflags & Eflags.vm) !== 0 && cpu.ioPrivilege < 3) return false;
  const changeable = state[Word.cpl] <= cpu.ioPrivilege ? Eflags.if | Eflags.df : Eflags.df;
  const restored = (eflags & ~changeable) | (image & changeable);
  if ((restored & ~eflags & Eflags.if) !== 0 && moment.isPending()) return false;
  state[Word.eflags] = restored;
  return true;
}

/** STI. */
function tryEnableInterrupts(cpu: Cpu, nextEip: number, moment: InterruptMoment): boolean {
  const { state } = cpu;
  if (state[Word.cpl] > cpu.ioPrivilege) return false;
  const isEnabled = (state[Word.eflags] & Eflags.if) !== 0;
  if (!isEnabled && (moment.budgeted || moment.isPending())) return false;
  enableInterrupts(state, nextEip);
  return true;
}
