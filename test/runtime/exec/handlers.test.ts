import { afterEach, describe, expect, test } from 'vitest';
import { installCells } from '../../../runtime/exec/compile.ts';
import { defaultInterpreter, type HandlerFunction, Handlers } from '../../../runtime/exec/handlers.ts';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Key } from '../../../translator/abi/key.ts';
import { Operation, RECORD_WORDS } from '../../../translator/abi/record.ts';
import { usualOptions } from '../../../translator/emit/context.ts';
import { frequentKinds } from '../../../translator/frequent.ts';
import { bindFastPath, bindHandler } from '../../../translator/handler.ts';
import { decodeBytes, FLAT_KEY, stateKeys } from '../../support/samples.ts';

const options = { ...usualOptions, suffix: '$handlers' };
const disposals: (() => void)[] = [];
afterEach(() => {
  for (const dispose of disposals.splice(0)) dispose();
});

const runtimes = Array.from(
  { length: Operation.first },
  (_, n): HandlerFunction =>
    () =>
      n,
);

function handlersWith(frequent: number): Handlers {
  const handlers = new Handlers(options, { frequent }, null);
  handlers.install(runtimes);
  return handlers;
}

function decoded(source: string, key = FLAT_KEY) {
  return decodeBytes(assemble(source, { origin: 0x1000, bits: 32 }).bytes, 0x1000, key);
}

describe('the most frequent forms of a table', () => {
  const flat = stateKeys.filter((key) => (key & Key.flat) !== 0);

  test.each(flat)('of key %i have fast paths', (key) => {
    const kinds = frequentKinds(key);
    expect(kinds.length).toBeGreaterThanOrEqual(defaultInterpreter.frequent);
    const without = kinds.filter((kind) => bindFastPath(kind, key, options) === null);
    expect(without.map(({ form }) => form.encoding)).toEqual([]);
    const names = kinds.map(({ form, shape }) => `${form.encoding} ${shape}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each([1, 20, defaultInterpreter.frequent])(
    'have the first %i operations of instructions, in order; others have later ones',
    (frequent) => {
      const handlers = handlersWith(frequent);
      const operations = frequentKinds(FLAT_KEY).map((kind) => handlers.get(kind, FLAT_KEY).operation);
      const texts = frequentKinds(FLAT_KEY).map((kind) => bindHandler(kind, FLAT_KEY, options).replace(/^.*?\(/, ''));
      // Forms with the same text are one operation.
      const different = [...new Set(texts)];
      expect(different.length).toBeGreaterThanOrEqual(frequent);
      for (const [n, text] of texts.entries()) {
        const place = different.indexOf(text);
        if (place < frequent) expect(operations[n]).toBe(Operation.first + place);
        else expect(operations[n]).toBeGreaterThanOrEqual(Operation.first + frequent);
      }
    },
  );

  test('are of flat 32-bit code: in other code no operation is in the loop', () => {
    for (const key of stateKeys.filter((one) => !flat.includes(one))) expect(frequentKinds(key)).toEqual([]);
  });
});

test('the first operations of each key are those of the runtime, in order', () => {
  const handlers = handlersWith(defaultInterpreter.frequent);
  for (const key of stateKeys) {
    handlers.get(decoded('nop', key), key);
    const functions = handlers.functions[key].slice(0, Operation.first);
    expect(functions.map((run) => run(0))).toEqual(runtimes.map((_, n) => n));
  }
});

describe('handlers with the same text', () => {
  test.each([
    ['cmp ecx, 1', 'cmp ecx, 0x12345678'],
    ['jz 0x1000', 'jz near 0x1000'],
    ['jmp 0x1000', 'jmp near 0x1000'],
  ])('%s and %s, which are of two forms, share an operation', (a, b) => {
    const handlers = handlersWith(defaultInterpreter.frequent);
    expect(decoded(a).form).not.toBe(decoded(b).form);
    const [first, second] = [a, b].map((source) => handlers.get(decoded(source), FLAT_KEY));
    expect(first.number).not.toBe(second.number);
    expect(first.operation).toBe(second.operation);
  });

  test('others have operations of their own, and so has each key', () => {
    const handlers = handlersWith(0);
    const sources = ['nop', 'cpuid', 'cmp eax, 1', 'cmp [eax], dword 1', 'jz 0x1000', 'jnz 0x1000'];
    const operations = sources.map((source) => handlers.get(decoded(source), FLAT_KEY).operation);
    expect(operations).toEqual(sources.map((_, n) => Operation.first + n));
    const user = FLAT_KEY | Key.user;
    expect(handlers.get(decoded('cpuid', user), user).operation).toBe(Operation.first);
  });
});

describe('the function of a handler', () => {
  /** A record that NOP goes on from, and the one that it goes on to. */
  const RECORD = 2 * RECORD_WORDS;
  const NEXT = 3 * RECORD_WORDS;

  function withTables(): void {
    const words = new Int32Array(8 * RECORD_WORDS);
    disposals.push(installCells(options.suffix, { TABLES: words }));
  }

  test('is compiled when it first runs, and takes its place in the array', () => {
    withTables();
    const handlers = handlersWith(defaultInterpreter.frequent);
    const { operation } = handlers.get(decoded('nop'), FLAT_KEY);
    const functions = handlers.functions[FLAT_KEY];
    const first = functions[operation];
    expect(handlers.size).toBe(0);
    expect(first(RECORD)).toBe(NEXT);
    expect(handlers.size).toBe(1);
    expect(functions[operation]).not.toBe(first);
    expect(functions[operation](RECORD)).toBe(NEXT);
    expect(handlers.size).toBe(1);
  });

  test('is looked at by the debug mode before it runs, and its IR when an instruction of it is decoded', () => {
    withTables();
    const seen: string[] = [];
    const check = {
      text: (text: string) => seen.push(text),
      handler: (name: string) => seen.push(name),
      region: () => {},
    };
    const handlers = new Handlers(options, { frequent: 0 }, check);
    handlers.install(runtimes);
    const { operation } = handlers.get(decoded('nop'), FLAT_KEY);
    expect(seen).toEqual(['NOP']);
    handlers.functions[FLAT_KEY][operation](RECORD);
    expect(seen).toEqual(['NOP', expect.stringMatching(/^function NOP\(record\)\{/)]);
  });

  test('is forgotten with all others', () => {
    withTables();
    const handlers = handlersWith(defaultInterpreter.frequent);
    const { operation } = handlers.get(decoded('nop'), FLAT_KEY);
    handlers.functions[FLAT_KEY][operation](RECORD);
    handlers.forget();
    expect([handlers.size, handlers.all.length, handlers.functions.length]).toEqual([0, 0, 0]);
    const again = handlers.get(decoded('nop'), FLAT_KEY);
    expect([again.number, again.operation]).toEqual([0, operation]);
  });
});
