import { Key } from '../../translator/abi/key.ts';
import { Halt, Segment, Word } from '../../translator/abi/state.ts';
import { endsBlock } from '../../translator/region/flow.ts';
import { decode } from '../../translator/x86/decode.ts';
import { formatInstruction } from '../../translator/x86/format.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms, INVALID_FORM } from '../../translator/x86/table/index.ts';
import { linearEip } from '../cpu/code-segment.ts';
import { isNmiWaiting } from '../cpu/svm/interrupts.ts';
import { hex } from '../debug/registers.ts';
import { type InterruptSource, isInterruptWaiting, type LeaveReason } from '../exec/dispatcher.ts';
import type { Engine } from '../exec/engine.ts';
import type { Mmu } from '../memory/mmu.ts';
import { type PageTables, silentPaging } from '../memory/page-tables.ts';
import { NO_FRAME } from '../memory/physical-map.ts';
import type { GuestLog } from './guest-log.ts';

const PAGE = 4096;
const LONGEST_INSTRUCTION = 15;
/** Instructions of a block at most. */
const MOST = 512;
/** Number of blocks that are remembered as shown. After that the log forgets them, and may show them once more. */
const MOST_BLOCKS = 1 << 16;
/** Columns of an instruction's bytes: eight of them, as in QEMU's log. */
const BYTE_COLUMNS = 25;

/** Instructions that run one after the other; only the last may jump. */
interface LoggedBlock {
  readonly key: number;
  readonly bytes: Uint8Array;
  /** Linear addresses of its instructions. */
  readonly addresses: readonly number[];
}

/** The parts of a machine whose code is logged. */
export interface CodeLogParts {
  readonly state: Int32Array;
  readonly engine: Engine;
  readonly mmu: Mmu;
  readonly interrupts: InterruptSource;
  readonly log: GuestLog;
}

/**
 * Writes down the code that runs, block by block: QEMU's `in_asm`, `exec` and `cpu`. The machine goes on instruction by instruction
 * meanwhile, by handlers, with all interrupts where they came without.
 */
export class CodeLog {
  readonly #parts: CodeLogParts;
  readonly #paging: PageTables;
  readonly #instruction = new Instruction(forms[INVALID_FORM]!);
  /** By linear address. */
  readonly #blocks = new Map<number, LoggedBlock>();
  /** The block that runs, and which of its instructions is next. */
  #block: LoggedBlock | null = null;
  #next = 0;
  /** The instruction that was logged and has not run, by its linear address; -1: there is none. */
  #met = -1;

  constructor(parts: CodeLogParts) {
    this.#parts = parts;
    this.#paging = silentPaging(parts.state, parts.mmu.map);
    // What has interrupted an instruction is told before the next one.
    parts.log.onDelivered = () => parts.engine.stops.note({ reason: 'step' });
  }

  /** Runs guest code as the dispatcher does. */
  run(): LeaveReason {
    if (!this.#parts.log.hasCode) {
      this.#forget();
      return this.#parts.engine.dispatcher.run();
    }
    const { stops } = this.#parts.engine;
    // A debugger steps: it sees the end of this instruction.
    const isDebugged = stops.isStepping;
    for (;;) {
      if (!this.#isHeld) {
        if (!isDebugged && stops.meets(linearEip(this.#parts.state))) return 'debug';
        this.#meet();
      }
      const reason = isDebugged ? this.#parts.engine.dispatcher.run() : this.#step();
      if (isDebugged) this.#met = -1;
      if (isDebugged || reason !== 'debug' || stops.isDue) return reason;
    }
  }

  /** One instruction at most. */
  #step(): LeaveReason {
    const { dispatcher, stops } = this.#parts.engine;
    const { mayHoldInterrupts } = stops;
    stops.mayHoldInterrupts = false;
    stops.isStepping = true;
    const reason = dispatcher.run();
    stops.isStepping = false;
    stops.mayHoldInterrupts = mayHoldInterrupts;
    const stop = stops.take();
    if (stop !== null) this.#met = -1;
    if (stop !== null && stop.reason !== 'step') stops.note(stop);
    return reason;
  }

  /** No instruction runs before something else is done: what runs then is not that at EIP. */
  get #isHeld(): boolean {
    const { state, interrupts } = this.#parts;
    if (state[Word.halted] !== Halt.running || state[Word.attention] !== 0 || state[Word.debugTraps] !== 0) return true;
    return isNmiWaiting(state) || (isInterruptWaiting(state, interrupts) && state[Word.interruptShadow] === 0);
  }

  /** An instruction is about to run. */
  #meet(): void {
    const linear = linearEip(this.#parts.state) >>> 0;
    if (this.#met === linear) return;
    this.#met = linear;
    if (this.#block?.addresses[this.#next] === linear) this.#next++;
    else this.#begin(linear);
  }

  #begin(linear: number): void {
    const { log, state } = this.#parts;
    const known = this.#blocks.get(linear);
    const isSame = known?.key === state[Word.key] && this.#holds(linear, known.bytes);
    const block = isSame ? known : this.#decoded(linear);
    if (block !== known) {
      if (this.#blocks.size >= MOST_BLOCKS) this.#blocks.clear();
      this.#blocks.set(linear, block);
    }
    this.#block = block;
    this.#next = 1;
    if (!log.showsCode(linear)) return;
    if (log.has('exec')) log.line(this.#traceLine(linear));
    if (log.has('cpu')) log.codeRegisters();
  }

  /** In the place of the host's address there is the physical one. */
  #traceLine(linear: number): string {
    const { state } = this.#parts;
    const base = hex(state[Word.segmentBase + Segment.cs]!);
    const pc = hex(linear).padStart(16, '0');
    return `Trace 0: 0x${hex(this.#physical(linear))} [${base}/${pc}/${hex(state[Word.key]!)}/00000000] `;
  }

  #decoded(linear: number): LoggedBlock {
    const { state, log } = this.#parts;
    const key = state[Word.key]!;
    const i = this.#instruction;
    const addresses: number[] = [];
    const lines: string[] = [];
    let at = linear;
    while (addresses.length < MOST && at >>> 12 === linear >>> 12) {
      const code = this.#read(at, LONGEST_INSTRUCTION);
      const length = decode(code, 0, code.length, this.#offsetInCode(at), key, i);
      if (length === 0) break;
      addresses.push(at);
      lines.push(`0x${hex(at)}:  ${bytesText(code.subarray(0, length)).padEnd(BYTE_COLUMNS)}${formatInstruction(i)}`);
      at = (at + length) >>> 0;
      if (endsBlock(i)) break;
    }
    if (log.has('in_asm') && log.showsCode(linear))
      for (const line of ['----------------', 'IN: ', ...lines, '']) log.line(line);
    return { key, bytes: this.#read(linear, at - linear), addresses };
  }

  /** For targets of jumps, which are offsets in the code segment. */
  #offsetInCode(linear: number): number {
    const { state } = this.#parts;
    const offset = (linear - state[Word.segmentBase + Segment.cs]!) | 0;
    return state[Word.key]! & Key.code32 ? offset : offset & 0xffff;
  }

  /** Bytes of memory, up to what is not there. */
  #read(linear: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let done = 0;
    while (done < length) {
      const at = linear + done;
      const count = Math.min(length - done, PAGE - (at % PAGE));
      const offset = this.#offsetOf(at);
      if (offset < 0) break;
      bytes.set(this.#parts.mmu.ram.bytes.subarray(offset, offset + count), done);
      done += count;
    }
    return bytes.subarray(0, done);
  }

  /** Whether memory still holds these bytes: looked at for each run of a block. */
  #holds(linear: number, bytes: Uint8Array): boolean {
    const memory = this.#parts.mmu.ram.bytes;
    let offset = -1;
    for (let n = 0; n < bytes.length; n++, offset++) {
      const at = linear + n;
      if (n === 0 || at % PAGE === 0) offset = this.#offsetOf(at);
      if (offset < 0 || memory[offset] !== bytes[n]) return false;
    }
    return true;
  }

  /** Where the byte at an address is in the buffer of memory; negative: it is not there. */
  #offsetOf(linear: number): number {
    const physical = this.#physical(linear);
    const frame = physical < 0 ? NO_FRAME : this.#parts.mmu.map.frameAt(Math.floor(physical / PAGE));
    return frame === NO_FRAME ? -1 : frame * PAGE + (linear % PAGE);
  }

  /** -1: nothing is mapped there. */
  #physical(linear: number): number {
    return this.#paging.walk(linear | 0, 0) === -1 ? this.#paging.result.page * PAGE + (linear % PAGE) : -1;
  }

  #forget(): void {
    this.#block = null;
    this.#met = -1;
    this.#blocks.clear();
  }
}

function bytesText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => hex(byte, 2)).join(' ');
}
