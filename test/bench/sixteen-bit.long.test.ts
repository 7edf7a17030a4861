import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Engine } from '../../bench/engines/engine.ts';
import { qemu } from '../../bench/engines/qemu.ts';
import { interpreter, translator } from '../../bench/engines/rawiron.ts';
import type { Cell, Measurements } from '../../bench/results.ts';
import { makeFloppy, makeTasks } from '../../bench/sixteen-bit/floppy.ts';
import { programs } from '../../bench/sixteen-bit/programs/index.ts';
import { type Outcome, runTasks } from '../../bench/sixteen-bit/session.ts';
import { sixteenBitText } from '../../bench/sixteen-bit/tables.ts';
import { instructionWorks, programWorks } from '../../bench/sixteen-bit/works.ts';

const TIMEOUT = 60_000;

/** Does all works with as few rounds as there can be; what came of each, by its name. */
async function runAll(engine: Engine, works = [...programWorks, ...instructionWorks]): Promise<Map<string, Outcome>> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-sixteen-bit-'));
  try {
    const floppy = join(folder, 'floppy.img');
    const tasks = makeTasks(works, 1e-5);
    await writeFile(floppy, makeFloppy(tasks));
    const outcomes = new Map<string, Outcome>();
    const names = tasks.map(({ work }) => work.name).values();
    for await (const outcome of runTasks(
      engine.floppyCommand!({ floppy, memoryMegabytes: 32 }, folder),
      tasks,
      TIMEOUT,
    ))
      outcomes.set(names.next().value!, outcome);
    return outcomes;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const hasQemu = await qemu
  .prepare('', () => {})
  .then(
    () => true,
    () => false,
  );

test.each([translator, interpreter, ...(hasQemu ? [qemu] : [])])(
  'The floppy disk boots in $name, and all programs give their checksums in both modes',
  async (engine) => {
    const outcomes = await runAll(engine);
    expect([...outcomes].filter(([, outcome]) => 'failure' in outcome)).toEqual([]);
    expect(outcomes.size).toBe(programWorks.length + instructionWorks.length);
  },
);

test('A wrong checksum is a failure, and the works after it are done', async () => {
  const [first, second] = programWorks.filter(({ name }) => /^(sort|arithmetic)-real/.test(name));
  const outcomes = await runAll(translator, [{ ...first!, checksum: '12345678' }, second!]);
  expect([...outcomes.values()]).toEqual([
    { failure: expect.stringMatching(/^its checksum was [\dA-F]{8} in the place of 12345678$/) },
    { milliseconds: expect.any(Number) },
  ]);
});

test('An exception that the monitor does not know ends the machine', async () => {
  const work = instructionWorks.find(({ mode }) => mode === 'virtual')!;
  const undefinedCode = { ...work, name: 'undefined', routine: (label: string) => `${label}:\n ud2` };
  const outcomes = await runAll(translator, [undefinedCode, work]);
  expect([...outcomes]).toEqual([
    ['undefined', { failure: 'the processor raised an exception that does not belong there' }],
  ]);
});

const word = (value: number): number => value & 0xffff;
const hexadecimal = (value: number): string => (value >>> 0).toString(16).toUpperCase().padStart(8, '0');

/** The guest's checksum of bytes. */
function checksum(bytes: readonly number[]): number {
  return bytes.reduce((sum, byte) => (((sum << 5) | (sum >>> 27)) + byte) | 0, 0);
}

function randomWords(count: number): number[] {
  let state = 1;
  return Array.from({ length: count }, () => (state = word(Math.imul(state, 25173) + 13849)));
}

/** The results of the programs, computed in another language. */
const meanings: Readonly<Record<string, () => number>> = {
  sieve: () => {
    const isPrime = new Uint8Array(0x20000).fill(1);
    let sum = 0;
    for (let number = 2; number < isPrime.length; number++) {
      if (!isPrime[number]) continue;
      sum += number;
      for (let multiple = number * number; multiple < isPrime.length; multiple += number) isPrime[multiple] = 0;
    }
    return sum;
  },
  fibonacci: () => {
    const pair = [0, 1];
    for (let n = 0; n < 20; n++) pair.push(pair.shift()! + pair[0]!);
    return pair[0]!;
  },
  sort: () => checksum([...new Uint8Array(Uint16Array.from(randomWords(4096)).sort().buffer)]),
  'byte-code': () => {
    let [value, sum] = [1, 0];
    for (let count = 5000; count > 0; count--) {
      const mixed = word(Math.imul(value, count) ^ count);
      value = word(((mixed << 1) | (mixed >> 15)) + 7);
      sum = word(sum - value);
    }
    return (value << 16) | sum;
  },
  arithmetic: () => {
    let [state, sum] = [1, 0];
    for (let step = 0; step < 20_000; step++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      sum = ((sum + Math.floor(state / 10007)) ^ (state % 10007)) - (state >>> 3);
    }
    return sum;
  },
};

test.each(Object.entries(meanings))('The checksum of %s is that of what it computes', (name, compute) => {
  expect(programs.find((program) => program.name === name)?.checksum).toBe(hexadecimal(compute()));
});

test('There is a table of the programs in milliseconds, and one of the instructions in nanoseconds', () => {
  const [program, instruction] = [programWorks[0]!, instructionWorks[0]!];
  const cell = (work: string, engine: string, milliseconds: number): Cell => ({
    ...{ work, engine, milliseconds },
    runs: [milliseconds],
  });
  const measurements: Measurements = {
    date: '2026-01-02',
    host: { cpu: 'Some CPU', cores: 2, memoryBytes: 2 ** 30, system: 'Linux 6', node: '26.0.0' },
    settings: { runs: 3, scale: 1, memoryMegabytes: 32 },
    base: 'v86',
    engines: ['v86', 'translator'].map((name) => ({ name, about: '', version: '1' })),
    works: [program, instruction],
    cells: [
      ...[cell(program.name, 'v86', 200), cell(program.name, 'translator', 100)],
      ...[cell(instruction.name, 'v86', 5), cell(instruction.name, 'translator', 10)],
    ],
  };
  const text = sixteenBitText(measurements);
  expect(text).toMatch(/^16-bit programs, milliseconds, least of 3; speed, v86 being 1/m);
  expect(text).toMatch(/^real mode, first run\n {2}sieve-real +200 1\.00× +100 2\.00×$/m);
  expect(text).toMatch(/nanoseconds a round.*\n {2}plain-real +5\.00 1\.00× +10\.0 0\.50×$/ms);
});
