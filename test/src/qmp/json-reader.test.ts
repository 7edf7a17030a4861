import { expect, test } from 'vitest';
import { JsonReader } from '../../../src/qmp/json-reader.ts';

const read = (...pieces: string[]) => {
  const reader = new JsonReader();
  return pieces.flatMap((piece) => [...reader.read(piece)]);
};

test('values come one after the other, in any pieces', () => {
  const text = '{"a": "}\\"{", "b": [1, {"c": 2}]}\n[1]{"d":"\\\\"} 5\n';
  const values = [{ a: '}"{', b: [1, { c: 2 }] }, [1], { d: '\\' }, 5].map((value) => ({ value }));
  expect(read(text)).toEqual(values);
  expect(read(...text)).toEqual(values);
});

test('what is no JSON is told, and what comes after it is read', () => {
  expect(read('{"a": }{"b": 1}')).toEqual([{ wrong: 'Invalid JSON syntax' }, { value: { b: 1 } }]);
  expect(read('frob\n{"b": 1}')).toEqual([{ wrong: 'Invalid JSON syntax' }, { value: { b: 1 } }]);
  expect(read('}{"b": 1}')).toEqual([{ wrong: 'Invalid JSON syntax' }, { value: { b: 1 } }]);
});

test('a value without an end is dropped', () => {
  const megabyte = ' '.repeat(1 << 20);
  expect(read('{', ...Array(4).fill(megabyte), ' ')).toEqual([{ wrong: 'JSON token size limit exceeded' }]);
});

test('a value that is too deep is dropped', () => {
  expect(read('['.repeat(1025))).toEqual([{ wrong: 'JSON nesting depth limit exceeded' }]);
  expect(read('['.repeat(1024) + ']'.repeat(1024))).toEqual([{ value: expect.any(Array) }]);
});

test('space between values is not kept, nor looked at again', () => {
  const lines = '\r\n'.repeat(1 << 15);
  expect(read(...Array(128).fill(lines), ' {"a": 1}', ...Array(128).fill(lines))).toEqual([{ value: { a: 1 } }]);
});
