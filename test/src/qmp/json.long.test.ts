import { describe, expect, test } from 'vitest';
import { JsonReader } from '../../../src/qmp/json/reader.ts';
import { writeJson } from '../../../src/qmp/json/writer.ts';

const read = (...pieces: (string | Uint8Array)[]) => {
  const reader = new JsonReader();
  return pieces.flatMap((piece) => [...reader.read(typeof piece === 'string' ? Buffer.from(piece) : piece)]);
};
const wrong = (what: string) => ({ wrong: `JSON parse error, ${what}` });

test('values come one after the other, in any pieces', () => {
  const text = '{"a": "}\\"{", "b": [1, {"c": 2}]}\n[1]{"d":"\\\\é"} 5\n';
  const values = [{ a: '}"{', b: [1, { c: 2 }] }, [1], { d: '\\é' }, 5].map((value) => ({ value }));
  expect(read(text)).toEqual(values);
  expect(read(...Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte)))).toEqual(values);
});

test('what is no JSON is told, and what comes after it is read', () => {
  const next = { value: { b: 1 } };
  expect(read('{"a": }{"b": 1}')).toEqual([wrong('expecting value'), next]);
  expect(read('frob\n{"b": 1}')).toEqual([wrong("invalid keyword 'frob'"), next]);
  expect(read('}{"b": 1}')).toEqual([wrong('expecting value'), next]);
  expect(read('{"a": ', Uint8Array.of(0xfe), ' {"b": 1}')).toEqual([wrong("stray '\ufffd'"), next]);
});

// What follows is what QEMU 7.2 answers.
test.each([
  ['{"a":1,}', 'expecting value'],
  ['{"a" 1}', 'missing : in object pair'],
  ['{1:2}', 'key is not a string in object'],
  ['{"a":1 "b":2}', 'expected separator in dict'],
  ['{"a":1,"a":2}', 'duplicate key'],
  ['[1 2]', 'expected separator in list'],
  ['{"a":[}}', 'expecting value'],
  ['[0e5]', 'expected separator in list'],
  ['nullx ', "invalid keyword 'nullx'"],
  ['["\\x"]', 'invalid escape sequence in string'],
  ['["\\u12zz"]', '\\u12zz is not a valid Unicode character'],
  ['["\\ud800\\u0041"]', '\\ud800 is not a valid Unicode character'],
  ['["\\uffff"]', '\\uffff is not a valid Unicode character'],
  ['["\uffff"]', 'invalid UTF-8 sequence in string'],
  ['@ "x" ', "stray '@'"],
  ['"a\n', "stray '\"a\n'"],
  ['-}', "stray '-}'"],
  ['1.}', "stray '1.}'"],
  ['01 ', "stray '01'"],
  ['\0', "stray ''"],
])('of %j QEMU says %j', (text, what) => {
  expect(read(text)).toEqual([wrong(what)]);
});

test('bytes that are no UTF-8 are told', () => {
  expect(read(Uint8Array.of(0xfe))).toEqual([wrong("stray '\ufffd'")]);
  expect(read(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22))).toEqual([wrong('invalid UTF-8 sequence in string')]);
});

describe('values', () => {
  test.each([
    ["'it\\'s \"here\"'", 'it\'s "here"'],
    ['"\\u00e9\\ud83d\\ude00\\/\\n\\u0000"', 'é😀/\n\0'],
    ['[true,false,null]', [true, false, null]],
    ['[-0.5,1.5e3,2E+2,0]', [-0.5, 1500, 200, 0]],
    ['[9007199254740991,9007199254740993]', [9007199254740991, 9007199254740993n]],
    ['[18446744073709551615,-9223372036854775808]', [18446744073709551615n, -9223372036854775808n]],
    ['[18446744073709551616]', [2 ** 64]],
    ['[{},[]]', [{}, []]],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual([{ value }]);
  });

  test('a member may have any name', () => {
    const [first] = read('{"__proto__": {"execute": 5}}') as [{ value: object }];
    expect(Object.keys(first.value)).toEqual(['__proto__']);
    expect('execute' in first.value).toBe(false);
  });
});

test('a value without an end is dropped', () => {
  const tooLong = { wrong: 'JSON token size limit exceeded' };
  const megabyte = 'a'.repeat(1 << 20);
  expect(read('"', ...Array(4).fill(megabyte), 'a')).toEqual([tooLong]);
  expect(read(...Array(5).fill(`["${megabyte}"`))).toEqual([tooLong]);
  expect(read('{', ...Array(5).fill(' '.repeat(1 << 20)), '}')).toEqual([{ value: {} }]);
});

test('a value that is too deep is dropped', () => {
  expect(read('['.repeat(1025))).toEqual([{ wrong: 'JSON nesting depth limit exceeded' }]);
  expect(read('['.repeat(1024) + ']'.repeat(1024))).toEqual([{ value: expect.any(Array) }]);
});

test('what is written is ASCII, with integers of 64 bits', () => {
  const value = { id: 18446744073709551615n, text: 'é😀\x7f"', list: [1.5, null] };
  const text = writeJson(value);
  expect(text).toBe('{"id":18446744073709551615,"text":"\\u00e9\\ud83d\\ude00\\u007f\\"","list":[1.5,null]}');
  expect(read(text)).toEqual([{ value }]);
});

test('with a member on each line it is as QEMU writes it, what is empty too', () => {
  const value = { return: [], text: 'a{}', of: { list: [1, {}], big: 2n ** 63n } };
  expect(writeJson(value, true)).toBe(`{
    "return": [
    ],
    "text": "a{}",
    "of": {
        "list": [
            1,
            {
            }
        ],
        "big": 9223372036854775808
    }
}`);
  expect(writeJson({}, true)).toBe('{\n}');
});
