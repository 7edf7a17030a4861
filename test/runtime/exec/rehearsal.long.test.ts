import { expect, test } from 'vitest';
import { compileText } from '../../../runtime/exec/compile.ts';
import type { Loop } from '../../../runtime/exec/loops.ts';
import { Slot } from '../../../translator/abi/record.ts';
import { Word } from '../../../translator/abi/state.ts';
import type { LoopEmitOptions } from '../../../translator/emit/context.ts';
import type { FastPath } from '../../../translator/emit/loop.ts';
import { bindFastPath, bindLoop } from '../../../translator/handler.ts';
import { type Instruction, Shape } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { startCoverage, type TextRange } from '../../support/coverage.ts';
import { Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { slotAt } from '../../support/records.ts';
import { FLAT_KEY } from '../../support/samples.ts';

const program = kernel(`
main:   mov     ecx, 1
        mov     [FREE], ecx
.loop:  test    ecx, ecx
        jnz     .loop
`);

const polling = variants.find(({ name }) => name === 'interpreter, polling')!;

interface CompleteLoop {
  readonly loop: Loop;
  readonly text: string;
  readonly names: string[];
  /** Where in the text each path is. */
  readonly places: number[];
}

/** A loop with a path for every form that has one, with register and with memory operands. */
function completeLoop(options: LoopEmitOptions, url: string): CompleteLoop {
  const shapes = [0, Shape.register, Shape.operand16, Shape.operand16 | Shape.register, Shape.segmented];
  const kinds = forms.flatMap((form) => shapes.map((shape) => ({ form, shape })));
  const paths = kinds.map((kind) => ({ ...kind, path: pathOf(kind, options) }));
  const chosen = paths.filter(({ path }) => path !== null);
  const text = bindLoop(
    chosen.map(({ path }) => ({ path: path!, weight: 1 })),
    FLAT_KEY,
    options,
  );
  let place = 0;
  return {
    loop: compileText<Loop>(text, { url }),
    text,
    names: chosen.map(({ form, shape }) => `${form.encoding} ${form.mnemonic} ${form.operands.join()}, shape ${shape}`),
    places: chosen.map(({ path }) => {
      place = text.indexOf(`{${path!.text}}`, place);
      return place;
    }),
  };
}

/** Not every form has every shape. */
function pathOf(kind: Pick<Instruction, 'form' | 'shape'>, options: LoopEmitOptions): FastPath | null {
  try {
    return bindFastPath(kind, FLAT_KEY, options);
  } catch {
    return null;
  }
}

function firstDifference(a: Int32Array | Uint8Array, b: Int32Array | Uint8Array): number {
  return a.findIndex((value, n) => value !== b[n]);
}

test('each path of a loop comes to its end in a rehearsal, and nothing of the machine is changed', async () => {
  const guest = new Guest(program, polling);
  const { engine, state, mmu } = guest.core;
  // A busy host may not come far in this time.
  while (mmu.tlb.size === 0) guest.run(20);
  const { graph } = engine;
  const { loop, names } = completeLoop(engine.emit, 'test/loop.js');
  const slots = Slot.first + names.length;
  expect(slots).toBeGreaterThan(1000);
  const seen = new Set<number>();
  const watched: Loop = (first, expected) => {
    const came = loop(first, expected);
    if (came !== 0) seen.add(slotAt(graph, first));
    return came;
  };
  const { readSupervisor, writeSupervisor, readUser, writeUser, code } = mmu.tlb;
  const views = [
    new Int32Array(state.buffer),
    mmu.ram.bytes,
    readSupervisor,
    writeSupervisor,
    readUser,
    writeUser,
    code,
  ];
  const contents = () => views.map((view) => view.slice());
  state[Word.attention] = 1;
  const before = contents();
  graph.rehearsal.play(watched, FLAT_KEY, slots);
  const missed = names.filter((_, n) => !seen.has(Slot.first + n)).map((name) => name.split(', shape')[0]);
  // They fault, but for one that has a path for one of its immediates only.
  const expected = [/UD[012]/, /RSM/, /BOUND/, /XGETBV/, /bad/, /PCMPISTRI/];
  expect(missed.filter((name) => !expected.some((pattern) => pattern.test(name)))).toEqual([]);
  const after = contents();
  expect(before.map((view, n) => firstDifference(view, after[n]))).toEqual(before.map(() => -1));
  expect(mmu.tlb.size).toBeGreaterThan(0);
  await guest.dispose();
});

/** Code of which V8 needs no type feedback: leaving a path, and taking a variable or a number. */
const withoutOperation = /^(break F;|[?:](t?\d+)|\{?\}?|return r;)$/;

/** Names of the paths in which V8 has not seen some operation done, without the vectors'. */
function unseen({ text, names, places }: CompleteLoop, uncovered: readonly TextRange[]): string[] {
  const ranges = uncovered.filter(({ start, end }) => !withoutOperation.test(text.slice(start, end).trim()));
  const found = ranges.map(({ start }) => names[places.findLastIndex((place) => place <= start)]);
  return [...new Set(found)];
}

test('a rehearsal does every operation of a path, so that V8 does not throw the loop away for one', async () => {
  const guest = new Guest(program, polling);
  guest.run(20);
  const { engine } = guest.core;
  const coverage = await startCoverage();
  const complete = completeLoop(engine.emit, 'test/covered.js');
  engine.graph.rehearsal.play(complete.loop, FLAT_KEY, Slot.first + complete.names.length);
  const names = unseen(complete, await coverage.uncovered('test/covered.js', 'interpreter_loop'));
  const isVector = (name: string) => /(^|[ ,(])[PQVWNU][a-z]*\b|XMM/.test(name.slice(name.search(/[A-Z]{2,}/)));
  // An IDIV of a short dividend and an ARPL of one register have what never runs; the others always fault.
  const expected = [/ IDIV E[bv],/, / ARPL /, /XGETBV|RSM|UD0|BOUND|bad/];
  expect(names.filter((name) => !isVector(name) && !expected.some((pattern) => pattern.test(name)))).toEqual([]);
  expect(names.length).toBeLessThan(complete.names.length / 10);
  await guest.dispose();
});
