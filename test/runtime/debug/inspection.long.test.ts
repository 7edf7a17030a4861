import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSymbolText } from '../../../runtime/debug/symbols.ts';
import { Word } from '../../../translator/abi/state.ts';
import { Guest, type Variant } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const program = kernel(`
main:   mov     ecx, 100
.call:  call    count
        loop    .call
        in      al, 0x61
        jmp     main
count:  inc     ebx
        ret
other:  jmp     other
`);
const variant: Variant = {
  name: 'translator, counting',
  config: { engine: 'translator', icountShift: 3, icountSleep: false },
};
const WARM = 200_000;
const MORE = 50_000;

let guest: Guest;
let instructions: number;
beforeEach(() => {
  guest = new Guest(program, variant);
  instructions = 0;
  run(WARM);
});
afterEach(() => guest.dispose());

function run(more: number): void {
  instructions += more;
  guest.core.stopAt(instructions);
  expect(guest.core.run(Infinity).reason).toBe('slice');
}

const inspection = () => guest.core.inspection;
const ebx = () => guest.core.state[Word.ebx]!;
const functionAt = (address: number) => {
  const [page] = guest.core.engine.graph.cache.allPages().filter(({ eip }) => address - eip < 4096 && address >= eip);
  return [...page!.translations].find(({ head }) => head.eip === address)!.head.run;
};

describe('translations', () => {
  test('are listed, with what they are made of', () => {
    const count = guest.address('count');
    const found = inspection()
      .translations()
      .find(({ linear }) => linear === count);
    expect(found).toMatchObject({
      physical: count,
      eip: count,
      name: `guest_${count.toString(16).padStart(8, '0')}`,
      tier: 'region',
      bytes: 2,
      blocks: 1,
      instructions: 2,
      executions: null,
      exits: null,
    });
    expect(found!.characters).toBe(inspection().translation(count)!.text.length);
  });

  test('one that only covers an address is found too', () => {
    const count = guest.address('count');
    expect(inspection().translation(count + 1)!.info.linear).toBe(count);
    expect(inspection().translation(guest.address('other'))).toBeNull();
  });

  test('are named when symbols are known', () => {
    const address = guest.address('count');
    const text = `${address.toString(16).padStart(8, '0')} t my.count`;
    expect(inspection().symbols(parseSymbolText(text)!)).toBe(1);
    guest.core.reset();
    instructions = 0;
    guest.core.stopAt(Infinity);
    const start = guest.core.metrics().instructions;
    instructions = start;
    run(WARM);
    expect(inspection().translation(address)!.info.name).toBe(`my_count_${address.toString(16).padStart(8, '0')}`);
  });
});

test('of several translations that cover an address the one that runs most comes first', () => {
  const count = guest.address('count');
  inspection().watch(true);
  run(MORE);
  const [page] = guest.core.engine.graph.cache.allPages().filter(({ eip }) => count - eip < 4096 && count >= eip);
  const [rare, hot] = [...page!.translations]
    .sort((a, b) => executionsOf(a.head.eip) - executionsOf(b.head.eip))
    .slice(-2);
  // The hot one stands last.
  page!.translations.delete(hot!);
  page!.translations.add(hot!);
  const ret = count + 1 - page!.eip;
  for (const translation of [rare, hot]) Object.assign(translation!, { ranges: [{ start: ret, end: ret + 1 }] });
  const covering = inspection().covering(count + 1);
  expect(covering.map(({ eip }) => eip)).toEqual([hot!.head.eip, rare!.head.eip]);
  expect(inspection().translation(count + 1)!.info.eip).toBe(hot!.head.eip);
});

const executionsOf = (eip: number) =>
  inspection()
    .translations()
    .find((t) => t.eip === eip)!.executions!;

describe('while somebody looks', () => {
  test('executions are counted, each once', () => {
    inspection().watch(true);
    const before = ebx();
    run(MORE);
    const { executions, exits } = inspection().translation(guest.address('count'))!.info;
    expect(executions).toBe(ebx() - before);
    expect(exits!.return).toBe(executions);
  });

  test('instructions of a translation are counted', () => {
    const count = guest.address('count');
    inspection().watch(true);
    expect(inspection().countInstructions(count)).toBe(true);
    const before = ebx();
    run(MORE);
    const runs = ebx() - before;
    expect(inspection().translation(count)!.counts).toEqual([
      [count, runs],
      [count + 1, runs],
    ]);
  });

  test('sensitive instructions are counted by place', () => {
    inspection().watch(true);
    const before = inspection()
      .traps()
      .kinds.find(({ name }) => name === 'portIn')!.count;
    run(MORE);
    const { kinds, places } = inspection().traps();
    const taken = kinds.find(({ name }) => name === 'portIn')!.count - before;
    expect(taken).toBeGreaterThan(100);
    expect(places).toEqual([expect.objectContaining({ text: 'in al,61h', kind: 'trap', count: taken })]);
  });

  test('the guest does the same', () => {
    const other = new Guest(program, variant);
    other.core.stopAt(WARM + MORE);
    other.core.run(Infinity);
    inspection().watch(true);
    inspection().countInstructions(guest.address('count'));
    run(MORE);
    expect([...guest.core.state.subarray(0, 8)]).toEqual([...other.core.state.subarray(0, 8)]);
    expect(guest.core.state[Word.eip]).toBe(other.core.state[Word.eip]);
    return other.dispose();
  });

  test('nothing is left behind when all have gone', () => {
    const count = guest.address('count');
    const before = functionAt(count);
    inspection().watch(true);
    inspection().watch(true);
    inspection().countInstructions(count);
    run(MORE);
    inspection().watch(false);
    expect(functionAt(count)).not.toBe(before);
    inspection().watch(false);
    expect(functionAt(count)).toBe(before);
    run(MORE);
    expect(inspection().translation(count)).toMatchObject({ info: { executions: null }, counts: null });
    for (const page of guest.core.engine.graph.cache.allPages()) {
      for (const { head } of page.translations) expect(head.run.name).toMatch(/^guest_/);
    }
  });
});

describe('code', () => {
  test('is given with the page that it is in', () => {
    const count = guest.address('count');
    const code = inspection().code(count)!;
    expect(code.bytes).toHaveLength(8192);
    expect(code.bytes.slice((count & 0xfff) * 2).slice(0, 4)).toBe('43c3');
    expect(code.hasRun).toContain(count & 0xfff);
    expect(code.hasRun).not.toContain(guest.address('other') & 0xfff);
  });

  test('where nothing is mapped there is none', () => {
    expect(inspection().code(0xfff00000)).toBeNull();
  });
});

test('what the engine holds, and totals', () => {
  const { bytes } = inspection().memory();
  expect(bytes['guest memory']).toBe(8 << 20);
  const { translations, nodes, translated } = inspection().stats();
  expect(translations).toBe(inspection().translations().length);
  expect(translated).toBeGreaterThanOrEqual(translations);
  expect(nodes).toBeGreaterThan(6);
  const { pages, ranges } = inspection().tlb();
  expect(ranges.reduce((sum, range) => sum + range.pages, 0)).toBe(pages);
});

describe('a loop in two pages', () => {
  const loop = kernel(`
main:   inc     eax
        jmp     .second
        align   4096
.second: inc    ebx
        jmp     .third
.third: inc     edx
        jmp     .fourth
        align   4096
.fourth: inc    ecx
        jmp     .second
`);

  test('is two translations, between which control goes to and fro', () => {
    const small = new Guest(loop, variant);
    small.core.stopAt(3 * WARM);
    small.core.run(Infinity);
    const { translations, instructions, differentInstructions } = small.core.inspection.stats();
    expect([translations, instructions, differentInstructions]).toEqual([2, 6, 6]);
    small.core.inspection.watch(true);
    small.core.stopAt(3 * WARM + MORE);
    small.core.run(Infinity);
    // Two translations for six instructions.
    const { transfer } = small.core.inspection.exits().kinds;
    expect(Math.abs(transfer - MORE / 3)).toBeLessThan(5);
    return small.dispose();
  });
});
