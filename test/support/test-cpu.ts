import { flagCarriesOf, flagResultOf, flagsImage } from '../../runtime/cpu/arithmetic.ts';
import { stickyHelpers } from '../../runtime/cpu/sse/helpers.ts';
import { pureHelpers } from '../../runtime/cpu/traps.ts';
import { makeNowhere } from '../../runtime/exec/code-page.ts';
import { compileText, installCells } from '../../runtime/exec/compile.ts';
import type { HandlerFunction } from '../../runtime/exec/handlers.ts';
import { capacityFor } from '../../runtime/exec/record-stock.ts';
import { Records } from '../../runtime/exec/records.ts';
import type { DataAccess } from '../../runtime/memory/access.ts';
import { realAccess } from '../../runtime/memory/real.ts';
import { Tables } from '../../runtime/memory/tables.ts';
import { helpers, usualKinds } from '../../translator/abi/helpers.ts';
import { Double, Segment, STATE_BYTES, WORD_COUNT, Word } from '../../translator/abi/state.ts';
import { PAGES } from '../../translator/abi/tables.ts';
import type { EmitOptions, Pacing } from '../../translator/emit/context.ts';
import type { Link } from '../../translator/emit/links.ts';
import { bindHandler } from '../../translator/handler.ts';
import { isRelative } from '../../translator/region/flow.ts';
import type { Random } from '../../translator/x86/generate.ts';
import type { Instruction } from '../../translator/x86/instruction.ts';

const FRAMES = 4;
const PAGE = 4096;
/** The one instruction that runs, and what it leads to. */
const RECORDS = capacityFor(4);
/** As in runtime/memory/tlb.ts. */
const INVALID = 0x20000000;

/** Where code was left, and why: it went on to an EIP, or an instruction there needs the runtime. */
export interface Outcome {
  readonly left: 'to' | 'at';
  readonly eip: number;
}

/** All that a guest program could tell. */
export interface Snapshot {
  readonly words: number[];
  readonly flags: number;
  /** Bytes that have changed, by offset. */
  readonly memory: Record<number, number>;
}

/** A node as generated code sees it, and its result. */
interface TestNode {
  readonly eip: number;
  readonly left?: 'to' | 'at';
  run?(node: TestNode): TestNode;
  enter?(node: TestNode): TestNode;
}

/** Thrown by the slow paths of handlers: the instruction would need the runtime. */
class NeedsRuntime extends Error {}

/**
 * The surroundings of emitted code in place of the runtime: state, and a small memory to whose few frames every linear page is
 * mapped, or to none. A callee of generated code is a stub (`callee`).
 */
export class TestCpu {
  readonly options: EmitOptions;
  readonly dispose: () => void;
  /** Nested calls since the start. */
  calls = 0;
  /** Instructions that regions have had run by their handlers. */
  stepped = 0;
  /** Whether handlers access what is not aligned, within a page: then as translations that take nothing to be aligned. */
  accessesAnywhere = false;
  readonly #buffer = new ArrayBuffer(STATE_BYTES);
  readonly state = new Int32Array(this.#buffer, 0, WORD_COUNT);
  readonly #doubles = new Float64Array(this.#buffer);
  readonly #memory = new Uint8Array(FRAMES * PAGE);
  readonly #tables = new Tables(RECORDS);
  readonly #readTlb = this.#tables.view('RS', PAGES);
  readonly #writeTlb = this.#tables.view('WS', PAGES);
  readonly #records = new Records(this.#tables);
  readonly #page = makeNowhere();
  /** The record that handlers run, and those that it leads to. */
  readonly #record = this.#records.append(this.#page, 0);
  readonly #next = this.#records.append(this.#page, 0);
  readonly #taken = this.#records.append(this.#page, 0);
  /** The record that an indirect transfer goes to, and its EIP. */
  readonly #found = this.#records.add(this.#page, 0);
  #foundEip = 0;
  readonly #handlers = new Map<string, HandlerFunction>();
  readonly #returned: TestNode = { eip: -1 };
  #startState = new Uint8Array(STATE_BYTES);
  #startMemory = new Uint8Array(FRAMES * PAGE);

  constructor(suffix: string, pacing: Pacing, random: Random) {
    this.options = { suffix, memoryBytes: this.#memory.length, pacing, callDepth: 3, records: RECORDS };
    for (let page = 0; page < PAGES; page++) {
      this.#readTlb[page] = entryOf(page, random);
      const isReadable = this.#readTlb[page] !== invalidEntry(page);
      this.#writeTlb[page] = isReadable ? entryOf(page, random) : invalidEntry(page);
    }
    this.#tables.view('RU', PAGES).set(this.#readTlb);
    this.#tables.view('WU', PAGES).set(this.#writeTlb);
    const helpers = { ...pureHelpers, ...stickyHelpers(this.state) };
    this.dispose = installCells(suffix, {
      ...this.#data(),
      ...this.#ways(),
      ...helpers,
      ...blockHelpers(),
      ...attempts(),
    });
  }

  #data(): Record<string, unknown> {
    const bytes = this.#memory.buffer;
    return {
      S: this.state,
      F: this.#doubles,
      FS: new Float32Array(this.#buffer),
      M8: this.#memory,
      M16: new Uint16Array(bytes),
      M32: new Int32Array(bytes),
      MS: new Float32Array(bytes),
      MD: new Float64Array(bytes),
      MV: new DataView(bytes),
      TRAPS: new Int32Array(Object.keys(helpers).length),
      RS: this.#readTlb,
      RU: this.#readTlb,
      WS: this.#writeTlb,
      WU: this.#writeTlb,
      CT: this.#tables.view('CT', PAGES),
      TABLES: this.#tables.words,
      RUNNING: new Int32Array(1),
    };
  }

  #ways(): Record<string, unknown> {
    const slow = () => {
      throw new NeedsRuntime();
    };
    const real = realAccess(this.#wordAccess(), () => {});
    const isInPage = (linear: number) => (linear & (PAGE - 1)) <= PAGE - 8;
    const names = 'LOAD8 LOAD16 LOAD32 LOADS LOADD STORE8 STORE16 STORE32 STORES STORED PROBE FAULT SEGMENT_FAULT';
    const traps = Object.entries(helpers).flatMap(([name, { kind }]) => (kind === 'trap' ? [name] : []));
    return {
      ...Object.fromEntries([...names.split(' '), ...traps].map((name) => [name, slow])),
      ...this.#accessAnywhere(),
      LOADD: (linear: number) => (isInPage(linear) ? real.LOADD(linear) : slow()),
      STORED: (linear: number, value: number) => (isInPage(linear) ? real.STORED(linear, value) : slow()),
      FAULTED: (_record: number, thrown: unknown) => {
        throw thrown;
      },
      AT: callable,
      FIND: this.#find,
      JUMP: (_record: number, eip: number) => this.#find(eip),
      EIP: () => this.#page.eip,
      RETURN: this.#returned,
      CALL: (_first: TestNode, expected: TestNode): TestNode => {
        this.state[Word.budget]++;
        this.callee();
        return expected;
      },
    };
  }

  readonly #find = (eip: number): number => {
    this.#foundEip = eip;
    return this.#found;
  };

  /** Words of memory, so that a double may lie at any multiple of 4. */
  #wordAccess(): DataAccess {
    const view = new DataView(this.#memory.buffer);
    const place = (tlb: Int32Array, linear: number): number => {
      return this.#place(tlb, linear, this.accessesAnywhere ? 1 : 4);
    };
    return {
      load32: (linear: number) => view.getInt32(place(this.#readTlb, linear), true),
      probeWrite: (linear: number) => void [place(this.#writeTlb, linear), place(this.#writeTlb, (linear + 4) | 0)],
      store32: (linear: number, value: number) => view.setInt32(place(this.#writeTlb, linear), value, true),
    } as Partial<DataAccess> as DataAccess;
  }

  /** Where a linear address is in memory, which must be a multiple of a power of two. */
  #place(tlb: Int32Array, linear: number, alignment: number): number {
    const index = (linear ^ (tlb[linear >>> 12] << 2)) >>> 0;
    if ((linear & (alignment - 1)) !== 0 || index >= this.#memory.length) throw new NeedsRuntime();
    return index;
  }

  /** Slow paths of what is not aligned, but doubles. */
  #accessAnywhere(): Record<string, unknown> {
    const view = new DataView(this.#memory.buffer);
    const place = (tlb: Int32Array, linear: number, size: number): number => {
      if (!this.accessesAnywhere || (linear & (PAGE - 1)) > PAGE - size) throw new NeedsRuntime();
      return this.#place(tlb, linear, 1);
    };
    return {
      LOAD16: (linear: number) => view.getUint16(place(this.#readTlb, linear, 2), true),
      LOAD32: (linear: number) => view.getInt32(place(this.#readTlb, linear, 4), true),
      LOADS: (linear: number) => view.getFloat32(place(this.#readTlb, linear, 4), true),
      STORE16: (linear: number, value: number) => view.setUint16(place(this.#writeTlb, linear, 2), value, true),
      STORE32: (linear: number, value: number) => view.setInt32(place(this.#writeTlb, linear, 4), value, true),
      PROBE: (linear: number, size: number) => void place(this.#writeTlb, linear, size),
      STORES: (linear: number, value: number) => view.setFloat32(place(this.#writeTlb, linear, 4), value, true),
    };
  }

  /** A trap that a region wants executed leaves it here: what the block has taken of the budget for it is given back. */
  readonly #asked = (node: TestNode): TestNode => {
    this.state[Word.budget]++;
    return node;
  };

  /** The stub of every callee: it changes values that a caller may hold in locals. */
  callee(): void {
    this.calls++;
    this.state[Word.eax] ^= 0x5a5a5a5a;
    this.state[Word.ebx] += this.state[Word.ecx];
    this.#setFlags(this.state[Word.eax]);
  }

  #setFlags(image: number): void {
    this.state[Word.flagResult] = flagResultOf(image);
    this.state[Word.flagCarries] = flagCarriesOf(image);
  }

  /** Takes a random state as the one that runs begin with. */
  randomize(random: Random, budget: number): void {
    const word = () => (random() * 2 ** 32) | 0;
    for (let n = 0; n < 8; n++) this.state[n] = randomRegister(random);
    this.#setFlags(word());
    this.state[Word.eflags] = (word() & 0x400) | 2;
    this.state[Word.budget] = budget;
    this.state[Word.callDepth] = word() & 3;
    for (let segment = 0; segment <= Segment.gs; segment++) {
      this.state[Word.selector + segment] = word() & 0xffff;
      this.state[Word.segmentBase + segment] = word() & 0xffff0;
      this.state[Word.segmentLimit + segment] = random() < 0.9 ? -1 : 0xffff;
      this.state[Word.segmentLow + segment] = random() < 0.1 ? 0x1000 : 0;
      this.#doubles[Double.readSpan + segment] = random() < 0.8 ? 0xffffffff : 0xffff;
      this.#doubles[Double.writeSpan + segment] = random() < 0.8 ? 0xffffffff : -1;
    }
    const words = new Int32Array(this.#memory.buffer);
    for (let n = 0; n < words.length; n++) words[n] = word();
    this.#startState = new Uint8Array(this.#buffer).slice();
    this.#startMemory = this.#memory.slice();
  }

  restart(): void {
    new Uint8Array(this.#buffer).set(this.#startState);
    this.#memory.set(this.#startMemory);
    this.calls = 0;
  }

  /** Runs the text of a region that is entered at `eip`. `step` runs an instruction by its handler, for regions that wait for that. */
  runText(
    eip: number,
    text: string,
    links: readonly Link[],
    step: (eip: number) => Outcome | null = () => null,
  ): Outcome {
    const run = compileText(text) as unknown as (node: object) => TestNode;
    const nodes: TestNode[] = links.map((to) => {
      if (to.kind === 'found' || to.kind === 'narrow') return { eip: to.eip, run: this.#asked, left: 'at' };
      if (to.kind !== 'interpret') return callable(to.eip);
      return { eip: to.eip, run: (node) => this.#handled(node, step, backs), left: 'at' };
    });
    const backs = nodes.filter((_node, n) => links[n].kind === 'back');
    return this.#outcome(run({ eip, links: nodes }));
  }

  /** Runs a node in a region's midst by its handler, which leads to one of the nodes that it comes back to. */
  #handled(node: TestNode, step: (eip: number) => Outcome | null, backs: readonly TestNode[]): TestNode {
    const outcome = step(node.eip);
    if (outcome === null) return this.#asked(node);
    this.stepped++;
    return backs.find(({ eip }) => eip === outcome.eip) ?? callable(outcome.eip);
  }

  /** Runs one instruction by its handler; null if it needs the runtime. */
  step(instruction: Instruction, key: number): Outcome | null {
    const run = this.#handler(instruction, key);
    const { eip, nextEip } = instruction;
    this.#page.eip = eip;
    const taken = isRelative(instruction) ? this.#taken : 0;
    this.#records.write(this.#record, instruction, nextEip - eip, 0, taken);
    try {
      return { left: 'to', eip: this.#eipOf(run(this.#record), instruction) };
    } catch (error) {
      if (error instanceof NeedsRuntime) return null;
      throw error;
    }
  }

  /** Where control is after an instruction that has given a record. */
  #eipOf(record: number, { eip, nextEip, target }: Instruction): number {
    switch (record) {
      case this.#record:
        return eip;
      case this.#next:
        return nextEip;
      case this.#taken:
        return target;
      case this.#found:
        return this.#foundEip;
      default:
        throw new Error(`a handler gave ${record}, which is no record`);
    }
  }

  #handler({ form, shape }: Instruction, key: number): HandlerFunction {
    const name = `${form.id} ${shape} ${key}`;
    let run = this.#handlers.get(name);
    if (!run) {
      run = compileText<HandlerFunction>(bindHandler({ form, shape }, key, this.options));
      this.#handlers.set(name, run);
    }
    return run;
  }

  #outcome(node: TestNode): Outcome {
    return { left: node.left ?? 'to', eip: node === this.#returned ? this.state[Word.eip] : node.eip };
  }

  /** Instructions that region code has counted; one is taken back at its entry. */
  get completed(): number {
    return new Int32Array(this.#startState.buffer)[Word.budget] + 1 - this.state[Word.budget];
  }

  snapshot(): Snapshot {
    const { state } = this;
    return {
      words: [...state.subarray(0, 8), state[Word.eflags]],
      flags: flagsImage(state[Word.flagResult], state[Word.flagCarries]),
      memory: changes(this.#startMemory, this.#memory),
    };
  }
}

/** A node that can be called, though what runs is always the same callee. */
function callable(eip: number): TestNode {
  return { eip, enter: (node) => node };
}

function changes(before: Uint8Array, after: Uint8Array): Record<number, number> {
  const changed: Record<number, number> = {};
  if (Buffer.compare(before, after) === 0) return changed;
  for (let n = 0; n < after.length; n++) if (before[n] !== after[n]) changed[n] = after[n];
  return changed;
}

/** Helpers that do several elements of a string at once: here they only say so. */
function blockHelpers(): Record<string, unknown> {
  const names = Object.entries(helpers).flatMap(([name, { kind }]) => (kind === 'block' ? [name] : []));
  const done = (_to: number, _from: number, count: number) => Math.min(count >>> 0, 5);
  return Object.fromEntries(names.map((name) => [name, done]));
}

/** Attempts at sensitive instructions: here all are refused. */
function attempts(): Record<string, unknown> {
  const names = Object.entries(helpers).flatMap(([name, { kind }]) => (usualKinds.has(kind) ? [name] : []));
  return Object.fromEntries(names.map((name) => [name, () => 0]));
}

/** A page's entry in a TLB array; now and then it has none. */
function entryOf(page: number, random: Random): number {
  return random() < 0.04 ? invalidEntry(page) : ((page % FRAMES) ^ page) << 10;
}

function invalidEntry(page: number): number {
  return (page << 10) ^ INVALID;
}

/** Mostly an address that is aligned, sometimes a small number or one where signs change. */
function randomRegister(random: Random): number {
  const word = (random() * 2 ** 32) | 0;
  if (random() < 0.6) return word & ~3;
  if (random() < 0.5) return word & 31;
  return random() < 0.5 ? word : (word & 3) + (random() < 0.5 ? 0x7ffffffe : -2);
}
