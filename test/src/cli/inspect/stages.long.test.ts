import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { elfWithCode } from '../../inspect/elf-file.ts';
import { rawiron } from '../../support/command-line.ts';

let folder: string;
let elf: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspect-test-'));
  elf = join(folder, 'program');
  const call = [0xe8, 0x01, 0, 0, 0, 0xc3, 0x40, 0xc3];
  const symbols = [
    { name: 'caller', value: 0x8048000, size: 6, section: 1 },
    { name: 'callee', value: 0x8048006, size: 2, section: 1 },
  ];
  await writeFile(elf, elfWithCode(call, symbols));
});
afterAll(() => rm(folder, { recursive: true }));

const inspect = (args: string[]) => rawiron(['inspect', ...args]);

test('a function of an ELF file, with names', async () => {
  expect(await inspect(['decode', '--elf', elf, '--symbol', 'caller'])).toEqual({
    code: 0,
    output: '08048000  e8 01 00 00 00  call callee\n08048005  c3              ret\n',
    errors: '',
  });
});

test('a file of code', async () => {
  const file = join(folder, 'code');
  await writeFile(file, Buffer.from('b80010c3', 'hex'));
  const { output } = await inspect(['decode', '--file', file, '--bits', '16', '--address', '7c00']);
  expect(output).toBe('00007c00  b8 00 10  mov ax,1000h\n00007c03  c3        ret\n');
});

test('help of a command is a sentence of its own', async () => {
  const { output, code } = await inspect(['export', '--help']);
  expect(code).toBe(0);
  expect(output).toContain('\nWrites the cache as JavaScript files');
});

test('as much code as a command line takes', async () => {
  const { output, code } = await inspect(['decode', '--hex', '90'.repeat(50_000)]);
  expect(code).toBe(0);
  expect(output.trimEnd().split('\n')).toHaveLength(50_000);
});

test('JSON has the same', async () => {
  const { output } = await inspect(['decode', '--hex', '40 c3', '--json']);
  expect(JSON.parse(output)).toMatchObject({
    state: '32 bit, CPL 3, flat, protected',
    instructions: [
      { address: 0x1000, bytes: '40', text: 'inc eax', class: 'plain' },
      { address: 0x1001, text: 'ret', class: 'control' },
    ],
  });
});

test.each([['lift'], ['optimize'], ['optimize', '--passes']])('IR names its instructions: %s %s', async (...stage) => {
  const { output } = await inspect([...stage, '--hex', '40 c3']);
  expect(output).not.toMatch(/^ *-- @\w+ *$/m);
  expect(output).toMatch(/^ *-- @1001 {2}ret$/m);
});

test('JSON of the stages has the instructions, too', async () => {
  for (const stage of [['lift'], ['optimize'], ['optimize', '--passes'], ['emit']]) {
    const { output } = await inspect([...stage, '--hex', '40 c3', '--json']);
    expect(JSON.parse(output).instructions).toMatchObject([{ text: 'inc eax' }, { text: 'ret' }]);
  }
});

test('a function is named after its symbol, as in a running machine', async () => {
  const { output } = await inspect(['emit', '--elf', elf, '--symbol', 'callee']);
  expect(output).toMatch(/^function callee_08048006\(/);
});

test.each([
  ['cache', 1],
  ['profile', 5],
  ['report', 10],
])('%s watches for as long as its help says', async (name, seconds) => {
  const { output } = await inspect([name, '--help']);
  expect(output).toMatch(new RegExp(`--seconds N .*\\(default: ${seconds}\\)`));
});

test('every stage prints, without colours where there is no terminal', async () => {
  const stages = [['lift'], ['optimize'], ['optimize', '--passes'], ['emit'], ['emit', '--handlers']];
  for (const [name, ...more] of stages) {
    const { code, output } = await inspect([name!, '--hex', '8b 06 40 c3', ...more]);
    expect(code).toBe(0);
    expect(output).toMatch(/\w/);
    expect(output).not.toContain('\x1b');
  }
});

test.each<[string, () => string[], string]>([
  ['bytes that do not decode', () => ['lift', '--hex', 'ff ff'], "the bytes at 00001000 don't decode"],
  ['bytes that end too early', () => ['lift', '--hex', '8b'], 'the instruction at 00001000 is incomplete: 8b'],
  ['a typo', () => ['emit', '--elf', elf, '--symbol', 'calelr'], "no symbol 'calelr'; similar: "],
  ['no bytes', () => ['emit', '--hex', 'xyz'], "--hex: 'x' is not a hexadecimal digit"],
  ['no code', () => ['lift'], 'no code; give --hex BYTES'],
  ['a symbol that does not exist', () => ['emit', '--elf', elf, '--symbol', 'calle'], "no symbol 'calle'; similar: "],
  ['no ELF file', () => ['emit', '--elf', '/dev/null', '--symbol', 'x'], '/dev/null: this is no ELF file'],
  ['a missing file', () => ['emit', '--elf', '/no/such', '--symbol', 'x'], 'cannot read /no/such: no such file'],
  ['a file without a symbol', () => ['emit', '--elf', elf], '--elf needs --symbol'],
  ['two kinds of code', () => ['decode', '--hex', '90', '--elf', elf], '--elf does not go with --hex'],
  ['code and an address', () => ['graph', '--hex', '90', 'c0100000'], "'c0100000' does not go with --hex"],
  ['an option of other code', () => ['emit', '--hex', '90', '--connect', 'x'], '--connect does not go with --hex'],
  ['a width of a machine', () => ['emit', 'c0100000', '--bits', '16'], "--bits does not go with 'c0100000'"],
  ['a word too many', () => ['lift', 'c0100000', 'more'], "unexpected argument 'more'"],
  ['no graph', () => ['graph', '--hex', 'ff ff'], "the bytes at 00001000 don't decode"],
  ['an empty file', () => ['decode', '--file', '/dev/null'], '/dev/null: there are no bytes'],
  ['a place that is empty', () => ['top', '--connect', ''], '--connect: a PATH or PORT is empty'],
  ['no TCP port', () => ['top', '--connect', '65536'], '--connect: 65536 is no TCP port; give a number up to 65535'],
  ['no sample', () => ['top', '--count', '0'], "--count is a whole number above 0, not '0'"],
  ['less than no line', () => ['cache', '--limit', '-1'], "--limit is a whole number, not '-1'"],
  ['no time', () => ['cache', '--seconds', '0'], '--seconds is a number above 0 and at most 86400'],
  ['a word before a machine', () => ['profile', 'x', '--', 'demo'], "unexpected argument 'x'"],
  ['an unknown state', () => ['lift', '--hex', '40', '--state', 'gas'], "--state: unknown state 'gas'"],
  ['another width', () => ['lift', '--hex', '40', '--bits', '64'], "--bits is 16 or 32, not '64'"],
  ['an unknown option', () => ['decode', '--frob'], 'unknown option --frob'],
  ['an unknown command', () => ['frobnicate'], "unknown command 'frobnicate'"],
])('%s: one line that says so, and exit code 1', async (_, args, message) => {
  const { code, output, errors } = await inspect(args());
  expect(errors).toMatch(/^rawiron: .*\n$/);
  expect(errors).toContain(message);
  expect({ code, output }).toEqual({ code: 1, output: '' });
});
