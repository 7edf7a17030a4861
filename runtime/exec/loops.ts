import { MOST_BYTECODE } from '../../translator/abi/compiler-limits.ts';
import { Slot } from '../../translator/abi/record.ts';
import type { LoopEmitOptions } from '../../translator/emit/context.ts';
import type { FastPath, LoopPath } from '../../translator/emit/loop.ts';
import { bindLoop } from '../../translator/handler.ts';
import type { Check } from './check.ts';
import type { CodePage } from './code-page.ts';
import { compileText } from './compile.ts';
import type { Handler, Handlers } from './handlers.ts';
import { loopUrl } from './names.ts';
import type { Records } from './records.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Runs code from a record on until control comes to `expected`, which it gives back, or leaves to the dispatcher (0). */
export type Loop = (first: number, expected: number) => number;

export interface LoopOptions {
  /** Instructions decoded under a state key before its loop first gets fast paths, and each next time how many times as many. */
  readonly after: number;
  readonly growth: number;
  /** Steps by handlers that might have fast paths before a loop first gets any. */
  readonly steps: number;
  /**
   * At least so many for each path that is in it before it is compiled again, and twice as many each time after that it was made
   * for its steps.
   */
  readonly stepsForPath: number;
  /** Fast paths in a loop at most: those that bring most for their size. */
  readonly fastPaths: number;
  /** Bytes of bytecode in a loop at most, as estimated from its text. */
  readonly bytecode: number;
}

/** Bytecode of the code that every loop has, in bytes. */
const ALWAYS = 2_000;
/** Number of handlers that are considered for each fast path: some have the same. */
const CANDIDATES = 4;

/** One more instruction decoded says as much of how often a path is met as so many steps. */
const STEPS_OF_DECODE = 1_000;

/** Measured with bench/: see docs/measurements/interpreter.md. */
export const defaultLoops: LoopOptions = {
  after: 1_000,
  growth: 20,
  steps: 200_000,
  stepsForPath: 10_000,
  fastPaths: 256,
  bytecode: MOST_BYTECODE,
};

/** The handlers that a fast path does the work of. */
interface PathUse {
  readonly path: FastPath;
  /** Bytes of bytecode, estimated. */
  readonly bytes: number;
  readonly handlers: Handler[];
  /** Instructions decoded that began with one of them. */
  decodes: number;
  /** How often they ran as handlers. */
  steps: number;
}

/**
 * Bytes of bytecode of a path at most: 5 to 12 % more than V8 makes of it (test/runtime/exec/loop-size.long.test.ts). In a function of that size an
 * operation and an access to an array have six, a name and a number two.
 */
export function bytecodeOf({ text }: FastPath): number {
  const code = text.replace(/\/\*\w+\*\//g, '');
  const count = (pattern: RegExp) => code.match(pattern)?.length ?? 0;
  return 6 * count(/<<|>>>?|[-+*|&^[]/g) + 2 * count(/[\w$.]+/g);
}

/** The paths that fit into a loop, taken in order: one that has no room left leaves it to those after it. */
export function fitting<Use extends { readonly bytes: number }>(
  uses: readonly Use[],
  { fastPaths, bytecode }: LoopOptions,
): Use[] {
  let left = bytecode - ALWAYS;
  const fit = uses.filter(({ bytes }) => {
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
  return fit.slice(0, fastPaths);
}

type Counts = Pick<PathUse, 'decodes' | 'steps'>;

/** How often a fast path is met, in decoded instructions: by how many there are of them, and by what was missed. */
const need = ({ decodes, steps }: Counts) => decodes + steps / STEPS_OF_DECODE;
/** A loop has room for so much bytecode: what brings most for its size has a fast path first. */
const byDensity = (a: PathUse, b: PathUse) => need(b) / b.bytes - need(a) / a.bytes;
const byNeed = (a: Counts, b: Counts) => need(b) - need(a);
const byDecodes = (a: Counts, b: Counts) => b.decodes - a.decodes;

/** The loop of one state key. */
interface KeyLoop {
  run: Loop;
  /** How many fast paths are in it. */
  paths: number;
  decoded: number;
  dueAt: number;
  steps: number;
  stepsDue: number;
  /** How often it was made for its steps. */
  madeForSteps: number;
}

/**
 * The interpreter's loops, one for each state key. At first it calls handlers; later fast paths of the forms that are needed most
 * are in it (emit/loop.ts), which saves a call an instruction.
 */
export class Loops {
  private readonly byKey: KeyLoop[] = [];
  /** Whether some loop should be compiled again. */
  isDue = false;
  private readonly handlers: Handlers;
  private readonly records: Records;
  private readonly options: LoopOptions | null;
  /** Whether entries count their runs. */
  private readonly heats: boolean;
  private readonly emit: LoopEmitOptions;
  private readonly check: Check | null;

  /** `options`: null if no loop is to get fast paths. */
  constructor(
    handlers: Handlers,
    records: Records,
    { options, heats }: { readonly options: LoopOptions | null; readonly heats: boolean },
    emit: LoopEmitOptions,
    check: Check | null,
  ) {
    this.handlers = handlers;
    this.records = records;
    this.options = options;
    this.heats = heats;
    this.emit = emit;
    this.check = check;
  }

  /** Runs the loop of the key that the records are of. */
  run(key: number, first: number, expected: number): number {
    return this.of(key).run(first, expected);
  }

  /** Whether anything runs by fast paths under a key. */
  hasPaths(key: number): boolean {
    return this.of(key).paths > 0;
  }

  private of(key: number): KeyLoop {
    let loop = this.byKey[key];
    if (loop === undefined) {
      const { after, steps } = this.options ?? { after: Infinity, steps: Infinity };
      const counts = { paths: 0, decoded: 0, dueAt: after, steps: 0, stepsDue: steps, madeForSteps: 0 };
      loop = { run: this.compile([], key), ...counts };
      this.byKey[key] = loop;
    }
    return loop;
  }

  /** An instruction was decoded that this handler is for. */
  note(handler: Handler): void {
    handler.decodes++;
    const loop = this.of(handler.key);
    if (++loop.decoded >= loop.dueAt) this.isDue = true;
  }

  /** Notes the number of instructions that ran by a handler. */
  noteSteps(handler: Handler, steps: number): void {
    if (handler.slot !== Slot.none || handler.path === null) return;
    const loop = this.of(handler.key);
    handler.steps += steps;
    loop.steps += steps;
    if (loop.steps >= loop.stepsDue) this.isDue = true;
  }

  /** Gives an instruction the slot that goes with what runs for it: what its node says, or its handler. */
  chooseSlot(record: number): void {
    const { records, handlers } = this;
    const node = records.nodeOf(record);
    if (node !== null && node.length > 0) {
      const handler = handlers.of(node.run);
      records.setSlot(record, handler?.slot ?? Slot.none, handler?.heating === node.run);
    } else if (records.isDecoded(record)) {
      const { slot } = handlers.all[records.handlerOf(record)];
      records.setSlot(record, slot, this.heats && records.weightOf(record) > 0);
    }
  }

  /** Makes loops that are due, for what is decoded; only while none is running, which would know other slots. */
  renew(pages: Iterable<CodePage>, rehearsal: Rehearsal): void {
    this.isDue = false;
    const renewed = new Set<number>();
    this.byKey.forEach((loop, key) => {
      if (loop.decoded < loop.dueAt && loop.steps < loop.stepsDue) return;
      this.make(loop, key, this.options!, rehearsal);
      renewed.add(key);
    });
    for (const page of pages) {
      if (!renewed.has(page.context.key)) continue;
      for (const record of page.instructions()) this.chooseSlot(record);
    }
  }

  private make(loop: KeyLoop, key: number, options: LoopOptions, rehearsal: Rehearsal): void {
    if (loop.decoded >= loop.dueAt) loop.dueAt *= options.growth;
    if (loop.steps >= loop.stepsDue) loop.madeForSteps++;
    const handlers = this.handlers.all.filter((handler) => handler.key === key);
    for (const handler of handlers) handler.slot = Slot.none;
    const candidates = handlers.sort(byNeed).slice(0, CANDIDATES * options.fastPaths);
    const uses = this.byPath(candidates).sort(byDensity);
    const chosen = fitting(uses, options).sort(byDecodes);
    chosen.forEach((use, n) => {
      const slot = Slot.first + n;
      for (const handler of use.handlers) handler.slot = slot;
    });
    const paths = chosen.map(({ path, decodes }) => ({ path, weight: decodes }));
    loop.run = this.compile(paths, key);
    loop.paths = chosen.length;
    loop.steps = 0;
    loop.stepsDue = Math.max(options.steps, options.stepsForPath * chosen.length) * 2 ** loop.madeForSteps;
    rehearsal.play(loop.run, key, Slot.first + chosen.length);
  }

  /** Handlers whose fast paths have the same text together, as those of ADD with one byte of an immediate and with four. */
  private byPath(handlers: readonly Handler[]): PathUse[] {
    const uses = new Map<string, PathUse>();
    for (const handler of handlers) {
      const path = this.handlers.fastPath(handler);
      if (path === null) continue;
      const use = uses.get(path.text) ?? { path, bytes: bytecodeOf(path), handlers: [], decodes: 0, steps: 0 };
      use.handlers.push(handler);
      use.decodes += handler.decodes;
      use.steps += handler.steps;
      uses.set(path.text, use);
    }
    return [...uses.values()];
  }

  private compile(paths: readonly LoopPath[], key: number): Loop {
    const text = bindLoop(paths, key, this.emit);
    return compileText<Loop>(text, { check: this.check, url: loopUrl(key) });
  }
}
