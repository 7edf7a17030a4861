import { flagCarriesOf, flagResultOf, flagsImage } from '../../runtime/cpu/arithmetic.ts';
import { pureHelpers } from '../../runtime/cpu/traps.ts';
import { compileText, installCells } from '../../runtime/exec/compile.ts';
import { helpers } from '../../translator/abi/helpers.ts';
import { Double, Segment, STATE_BYTES, WORD_COUNT, Word } from '../../translator/abi/state.ts';
import { EmitContext, type EmitOptions, type Pacing } from '../../translator/emit/context.ts';
import { emitRegion } from '../../translator/emit/region.ts';
import { bindHandler } from '../../translator/handler.ts';
import type { Region } from '../../translator/ir/statement.ts';
import { structureRegion } from '../../translator/region/structure.ts';
import type { Random } from '../../translator/x86/generate.ts';
import type { Instruction } from '../../translator/x86/instruction.ts';

const PAGES = 1 << 20;
const FRAMES = 4;
const PAGE = 4096;
/** As in runtime/memory/tlb.ts. */
const INVALID = 0x20000000;

/** Where a block was left, and why: it went on to an EIP, or an instruction there needs the runtime. */
interface Outcome {
  readonly left: 'to' | 'at';
  readonly eip: number;
}

/** All that a guest program could tell afterwards. */
export interface Result extends Outcome {
  readonly words: number[];
  readonly flags: number;
  /** Bytes that have changed, by offset. */
  readonly memory: Record<number, number>;
  /** Instructions completed, where they are counted. */
  readonly completed: number;
}

/** What generated code knows of a node, and what it returns. */
interface TestNode {
  readonly eip: number;
  readonly left?: 'to' | 'at';
}

/** Thrown by the slow paths of handlers: the instruction would need the runtime. */
class NeedsRuntime extends Error {}

/**
 * Runs blocks on a small memory in place of the runtime: every linear page is mapped to one of few frames, or to none.
 * The same block can run as region code and by handlers, each from the same random state.
 */
export class BlockRunner {
  readonly dispose: () => void;
  private readonly options: EmitOptions;
  private readonly buffer = new ArrayBuffer(STATE_BYTES);
  private readonly state = new Int32Array(this.buffer, 0, WORD_COUNT);
  private readonly doubles = new Float64Array(this.buffer);
  private readonly memory = new Uint8Array(FRAMES * PAGE);
  private readonly readTlb = new Int32Array(PAGES);
  private readonly writeTlb = new Int32Array(PAGES);
  private readonly handlers = new Map<string, (node: object) => TestNode>();
  private readonly returned: TestNode = { eip: -1 };
  private startState = new Uint8Array(STATE_BYTES);
  private startMemory = new Uint8Array(FRAMES * PAGE);

  constructor(suffix: string, pacing: Pacing, random: Random) {
    this.options = { suffix, memoryBytes: this.memory.length, pacing };
    for (let page = 0; page < PAGES; page++) {
      this.readTlb[page] = entryOf(page, random);
      this.writeTlb[page] = entryOf(page, random);
    }
    this.dispose = installCells(suffix, { ...this.cells(), ...pureHelpers, ...blockHelpers() });
  }

  private cells(): Record<string, unknown> {
    const slow = () => {
      throw new NeedsRuntime();
    };
    const bytes = this.memory.buffer;
    return {
      S: this.state,
      F: this.doubles,
      M8: this.memory,
      M16: new Uint16Array(bytes),
      M32: new Int32Array(bytes),
      RS: this.readTlb,
      RU: this.readTlb,
      WS: this.writeTlb,
      WU: this.writeTlb,
      LOAD8: slow,
      LOAD16: slow,
      LOAD32: slow,
      STORE8: slow,
      STORE16: slow,
      STORE32: slow,
      PROBE: slow,
      FAULT: slow,
      SEGMENT_FAULT: slow,
      AT: (eip: number): TestNode => ({ eip }),
      STEP: ({ eip }: TestNode): TestNode => ({ eip, left: 'at' }),
      RETURN: this.returned,
    };
  }

  /** Takes a random state as the one that runs begin with. */
  randomize(random: Random): void {
    const word = () => (random() * 2 ** 32) | 0;
    for (let n = 0; n < 8; n++) this.state[n] = randomRegister(random);
    const flags = word();
    this.state[Word.flagResult] = flagResultOf(flags);
    this.state[Word.flagCarries] = flagCarriesOf(flags);
    this.state[Word.eflags] = (word() & 0x400) | 2;
    this.state[Word.budget] = 1e9;
    for (let segment = 0; segment <= Segment.gs; segment++) {
      this.state[Word.selector + segment] = word() & 0xffff;
      this.state[Word.segmentBase + segment] = word() & 0xffff0;
      this.state[Word.segmentLow + segment] = random() < 0.1 ? 0x1000 : 0;
      this.doubles[Double.readSpan + segment] = random() < 0.8 ? 0xffffffff : 0xffff;
      this.doubles[Double.writeSpan + segment] = random() < 0.8 ? 0xffffffff : -1;
    }
    const words = new Int32Array(this.memory.buffer);
    for (let n = 0; n < words.length; n++) words[n] = word();
    this.startState = new Uint8Array(this.buffer).slice();
    this.startMemory = this.memory.slice();
  }

  private restart(): void {
    new Uint8Array(this.buffer).set(this.startState);
    this.memory.set(this.startMemory);
  }

  /** Runs the only block of a region as one function. */
  runRegion(region: Region): Result {
    this.restart();
    const context = new EmitContext(this.options, region.key);
    const [{ eip, statements }] = region.blocks;
    const loops = statements.some(
      (s) => (s.op === 'jump' || s.op === 'branch') && s.args.some((v) => v.number === eip),
    );
    const { text, links } = emitRegion(context, region, structureRegion([loops ? [0] : []]), 'block');
    const run = compileText(text, null) as unknown as (node: object) => TestNode;
    const node = run({ eip, links: links.map((link) => ({ eip: link.eip })) });
    return this.result(this.outcome(node), this.startBudget + 1 - this.state[Word.budget]);
  }

  /** Runs the block one instruction after the other by the interpreter's handlers. */
  runHandlers(instructions: readonly Instruction[], key: number): Result {
    this.restart();
    const nodes = instructions.map((i) => Object.assign({ next: { eip: i.nextEip }, taken: { eip: i.target } }, i));
    nodes.forEach((node, n) => {
      if (n > 0) nodes[n - 1].next = node;
      if (node.target === nodes[0].eip) node.taken = nodes[0];
    });
    let completed = 0;
    for (let node = nodes[0]; ; ) {
      const next = this.runHandler(node, key);
      if (next === null) return this.result({ left: 'at', eip: node.eip }, completed);
      completed++;
      const continues = next === node.next || next === nodes[0];
      if (!continues || !nodes.includes(next as typeof node)) return this.result(this.outcome(next), completed);
      node = next as typeof node;
    }
  }

  /** The node that an instruction goes to, or null if it needs the runtime. */
  private runHandler(node: Instruction, key: number): TestNode | null {
    try {
      return this.handler(node, key)(node);
    } catch (error) {
      if (error instanceof NeedsRuntime) return null;
      throw error;
    }
  }

  private handler({ form, shape }: Instruction, key: number): (node: object) => TestNode {
    const name = `${form.id} ${shape} ${key}`;
    let run = this.handlers.get(name);
    if (!run) {
      run = compileText(bindHandler(form, shape, key, this.options), null) as unknown as (node: object) => TestNode;
      this.handlers.set(name, run);
    }
    return run;
  }

  private get startBudget(): number {
    return new Int32Array(this.startState.buffer, 0, WORD_COUNT)[Word.budget];
  }

  private outcome(node: TestNode): Outcome {
    return { left: node.left ?? 'to', eip: node === this.returned ? this.state[Word.eip] : node.eip };
  }

  private result(outcome: Outcome, completed: number): Result {
    const { state } = this;
    return {
      ...outcome,
      words: [...state.subarray(0, 8), state[Word.eflags]],
      flags: flagsImage(state[Word.flagResult], state[Word.flagCarries]),
      memory: changes(this.startMemory, this.memory),
      completed: this.options.pacing === 'count' ? completed : 0,
    };
  }
}

function changes(before: Uint8Array, after: Uint8Array): Record<number, number> {
  const changed: Record<number, number> = {};
  if (Buffer.compare(before, after) === 0) return changed;
  for (let n = 0; n < after.length; n++) if (before[n] !== after[n]) changed[n] = after[n];
  return changed;
}

/** Helpers that do several elements of a string at once: here they only say so. */
function blockHelpers(): Record<string, unknown> {
  const names = Object.entries(helpers).flatMap(([name, { kind }]) =>
    kind === 'pure' || kind === 'trap' ? [] : [name],
  );
  const done = (_to: number, _from: number, count: number) => Math.min(count >>> 0, 5);
  return Object.fromEntries(names.map((name) => [name, done]));
}

/** A page's entry in a TLB array; now and then it has none. */
function entryOf(page: number, random: Random): number {
  return random() < 0.04 ? (page << 10) ^ INVALID : ((page % FRAMES) ^ page) << 10;
}

/** Mostly an address that is aligned, sometimes a small number or one where signs change. */
function randomRegister(random: Random): number {
  const word = (random() * 2 ** 32) | 0;
  if (random() < 0.6) return word & ~3;
  if (random() < 0.5) return word & 31;
  return random() < 0.5 ? word : (word & 3) + (random() < 0.5 ? 0x7ffffffe : -2);
}
