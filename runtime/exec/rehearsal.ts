import { targetIndex } from '../../translator/abi/branch-targets.ts';
import { Cr0 } from '../../translator/abi/control-registers.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { Slot, WEIGHT_SHIFT } from '../../translator/abi/record.ts';
import { Double, Word, wordCounts } from '../../translator/abi/state.ts';
import { NO_OPERANDS, packed } from '../../translator/x86/instruction.ts';
import { LentTlb } from '../memory/lent-tlb.ts';
import type { BranchTargets } from './branch-targets.ts';
import { makeNowhere } from './code-page.ts';
import type { GraphParts } from './graph-parts.ts';
import type { Loop } from './loops.ts';
import { Node, type Run } from './node.ts';

/** The parts that a rehearsal (warming up V8's type feedback) runs on. */
type Stage = Pick<GraphParts, 'state' | 'mmu' | 'records'>;

/** The frame whose bytes are lent. */
const FRAME = 0;
/** Where in its page all addresses are. */
const OFFSET = 0x800;
/** A page of low addresses that 16-bit code reaches, and one whose addresses are negative as integers. */
const LOW = 0x1;
const HIGH = 0xffffe;
const pages = [LOW, HIGH];

/** With what all paths are played once. */
interface Scene {
  readonly page: number;
  /** Without, all accesses miss. */
  readonly isMapped: boolean;
  /** How far addresses are from being aligned, in bytes. */
  readonly misaligned: number;
  /** The value of all words in memory, of words of vectors, and of loaded EIPs. */
  readonly word: number;
  /**
   * The value of registers that address nothing, and the result that flags are derived from; the value of EDX, the high half of
   * dividends.
   */
  readonly value: number;
  readonly high: number;
  readonly carries: number;
  readonly immediate: number;
  /** Whether the branch target buffer knows where jumps go. */
  readonly isKnown: boolean;
}

const usual: Scene = {
  page: LOW,
  isMapped: true,
  misaligned: 0,
  word: 0x3f800001,
  value: 0,
  high: 0,
  carries: 0,
  immediate: 1,
  isKnown: true,
};

/**
 * Scenes in which every operation is done, with numbers of every kind: conditions both ways, singles and doubles that are usual,
 * zero, infinite and none, divisions of 32 and of 64 bits, selectors of all lanes, indices of memory beyond 2^31.
 */
const scenes: readonly Scene[] = [
  usual,
  { ...usual, word: 0xbf800001 | 0, value: 1, immediate: 0x1b },
  { ...usual, page: HIGH, word: -1, value: -1, high: -1, immediate: 8, isKnown: false },
  { ...usual, word: 0x7f800000, value: 0x40000001, high: 1, carries: -1, immediate: 0xe4, isKnown: false },
  { ...usual, page: HIGH, word: 0, value: 0x40000001, carries: 0x40000001, immediate: 0x71 },
  { ...usual, word: 0x7fefffff, value: -1, carries: -1, immediate: 0 },
  { ...usual, word: 0x00010001, value: 8, immediate: 9 },
  { ...usual, misaligned: 15, value: 1 },
  { ...usual, isMapped: false, isKnown: false },
  { ...usual, page: HIGH, isMapped: false, word: -1, value: -1 },
];
/** Words that other threads write. */
const writtenByOthers: ReadonlySet<number> = new Set([Word.attention, Word.wake]);
const addressing = [Word.ebx, Word.esp, Word.ebp, Word.esi, Word.edi];
const MMX_REGISTERS = 8;
/** Number of the last byte of a segment without a limit. */
const UNLIMITED = 0xffffffff;
/** Heat of what is never due. */
const NEVER_DUE = -(2 ** 30);
/** Jumps that are never used up. */
const ENDLESS = 1 << 30;
/** ECX as both operands; no base and no index. */
const ECX_ECX = NO_OPERANDS | (Word.ecx << packed.rm.shift) | (Word.ecx << packed.reg.shift);

function addressIn({ page, misaligned }: Scene): number {
  return ((page << 12) | OFFSET) + misaligned;
}

/**
 * Runs each path of a new interpreter's loop with nothing at stake. V8 compiles what it has seen run; where a path is first taken
 * that it hasn't, it throws all of the loop's code away and runs it slowly until it is compiled again, which a boot did three
 * dozen times. All that is touched is put back: the state, a frame of memory, and the TLB, which has no entry meanwhile except
 * for the frame, so that nothing else can be reached. The branch target buffer is emptied.
 */
export class Rehearsal {
  private readonly stage: Stage;
  private readonly branchTargets: BranchTargets;
  /** The state as doubles. */
  private readonly doubles: Float64Array;
  private readonly nowhere = makeNowhere();
  /** Records of the instruction whose path is run, of what is after it, and of a translation that returns. */
  private readonly path: number;
  private readonly end: number;
  private readonly returning: number;
  /** While it is lent. */
  private tlb: LentTlb | null = null;
  /** The loop is told to go to the end. */
  private isExpected = false;
  /** Attention was asked for meanwhile. */
  private wasAsked = false;

  /** `returned`: the RETURN node. */
  constructor(stage: Stage, branchTargets: BranchTargets, returned: Node) {
    this.stage = stage;
    this.branchTargets = branchTargets;
    this.doubles = new Float64Array(stage.state.buffer);
    const make = (run: Run) => {
      const record = stage.records.add(this.nowhere, 0);
      stage.records.attach(record, new Node(this.nowhere, 0, run));
      return record;
    };
    this.path = make(() => null);
    this.end = make((node) => (this.isExpected ? node : null));
    this.returning = make(() => returned);
  }

  /** Rehearses a loop for a state key that has paths for so many slots. */
  play(loop: Loop, key: number, slots: number): void {
    const putBack = this.lend();
    try {
      for (const scene of scenes) this.playScene(loop, key, slots, scene);
    } finally {
      putBack();
    }
  }

  /** Keeps all that is touched; the function puts it back. */
  private lend(): () => void {
    const { state, mmu } = this.stage;
    const words = new Int32Array(state.buffer);
    const before = words.slice();
    const frame = mmu.ram.bytes.subarray(FRAME * PAGE_BYTES, (FRAME + 1) * PAGE_BYTES);
    const bytes = frame.slice();
    this.wasAsked = false;
    this.tlb = new LentTlb(mmu.tlb);
    return () => {
      for (const page of pages) this.tlb!.unmap(page);
      this.tlb!.giveBack();
      this.tlb = null;
      this.branchTargets.clear();
      frame.set(bytes);
      before.forEach((word, n) => {
        if (!writtenByOthers.has(n)) words[n] = word;
      });
      if (this.wasAsked) Atomics.store(state, Word.attention, 1);
    };
  }

  private playScene(loop: Loop, key: number, slots: number, scene: Scene): void {
    const { page, word, value, isMapped, isKnown } = scene;
    if (isMapped) this.tlb!.map(page, FRAME);
    else this.tlb!.unmap(page);
    const play = (first: number) => {
      for (const eip of [value, word]) this.setTarget(key, eip, isKnown);
      this.setState(scene);
      this.stage.state[Word.codeContext] = key;
      this.isExpected = value !== 0;
      loop(first, this.isExpected ? this.end : 0);
    };
    for (let slot: number = Slot.first; slot < slots; slot++) {
      this.setPath(slot, scene);
      play(this.path);
    }
    this.setGate(page, isMapped);
    play(this.path);
    play(this.returning);
  }

  private setPath(slot: number, scene: Scene): void {
    const { SLOT, OPERANDS, DISPLACEMENT, IMMEDIATE, NEXT, TAKEN, NEXT_EIP, HEAT } = this.stage.records.views;
    const address = addressIn(scene);
    const record = this.path;
    SLOT[record] = slot | (1 << WEIGHT_SHIFT);
    OPERANDS[record] = ECX_ECX;
    DISPLACEMENT[record] = address;
    IMMEDIATE[record] = scene.immediate;
    NEXT[record] = this.end;
    // Once 0 for indirect jumps, which have their NOTES there; a relative one then comes back to where it began.
    TAKEN[record] = scene.value === 1 ? 0 : this.end;
    NEXT_EIP[record] = address;
    HEAT[record] = NEVER_DUE;
  }

  private setGate(page: number, isMapped: boolean): void {
    const { SLOT, LINEAR_PAGE, PAGE_ID, TAKEN, HEAT } = this.stage.records.views;
    const record = this.path;
    SLOT[record] = Slot.gate;
    LINEAR_PAGE[record] = page;
    PAGE_ID[record] = isMapped ? 0 : 1;
    TAKEN[record] = this.end;
    HEAT[record] = NEVER_DUE;
    // Something is due in the loop, and where it begins.
    for (const due of [this.end, this.returning]) HEAT[due] = isMapped ? 0 : NEVER_DUE;
  }

  /** The state as it is in front of each path. */
  private setState(scene: Scene): void {
    const { state, mmu } = this.stage;
    const { word, value, high, carries } = scene;
    const address = addressIn(scene);
    mmu.ram.words.fill(word, (FRAME * PAGE_BYTES) / 4, ((FRAME + 1) * PAGE_BYTES) / 4);
    for (let n = 0; n < 8; n++) state[Word.eax + n] = value;
    for (const register of addressing) state[register] = address;
    state[Word.edx] = high;
    state[Word.flagResult] = value;
    state[Word.flagCarries] = carries;
    state[Word.eip] = word;
    state.fill(word, Word.xmm, Word.xmm + wordCounts.xmm!);
    this.makeAvailable();
    state[Word.budget] = ENDLESS;
    if (Atomics.exchange(state, Word.attention, 0) !== 0) this.wasAsked = true;
    const segments = wordCounts.segmentBase!;
    state.fill(0, Word.segmentBase, Word.segmentBase + segments);
    state.fill(0, Word.segmentLow, Word.segmentLow + segments);
    this.doubles.fill(UNLIMITED, Double.readSpan, Double.readSpan + segments);
    this.doubles.fill(UNLIMITED, Double.writeSpan, Double.writeSpan + segments);
  }

  /** The unit of x87, MMX and SSE may be used, and MMX registers are in use. */
  private makeAvailable(): void {
    const { state } = this.stage;
    for (const word of [Word.fpuMode, Word.sseMode, Word.fpuTop, Word.fpuTag, Word.fpuStatus]) state[word] = 0;
    state[Word.cr0] &= ~(Cr0.em | Cr0.ts);
    this.doubles.fill(NaN, Double.fpuHigh, Double.fpuHigh + MMX_REGISTERS);
  }

  /** Whether the branch target buffer knows where an EIP is. */
  private setTarget(key: number, eip: number, isKnown: boolean): void {
    const { TARGET_EIP, TARGET_PAGE, TARGET_CONTEXT, TARGET_RECORD } = this.branchTargets.views;
    const index = targetIndex(eip);
    TARGET_EIP[index] = isKnown ? eip : ~eip;
    TARGET_PAGE[index] = 0;
    TARGET_CONTEXT[index] = key;
    TARGET_RECORD[index] = this.end;
  }
}
