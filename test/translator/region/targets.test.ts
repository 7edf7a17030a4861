import { describe, expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Key } from '../../../translator/abi/key.ts';
import { flatSegment } from '../../../translator/region/select.ts';
import { translate } from '../../../translator/translate.ts';

const key = Key.code32 | Key.stack32 | Key.flat | Key.protected;

test('known targets of an indirect jump are branches of its region; others leave it', () => {
  const guest = assemble(
    'bits 32\norg 0x1000\nagain: mov eax,[esi]\njmp eax\none: inc ebx\njmp again\ntwo: dec ebx\njmp again\nthree: ret\n',
    {},
  );
  const code = new Uint8Array(4096);
  code.set(guest.bytes);
  const at = (label: string) => Number(guest.symbols.get(label));
  const targets = (eip: number) => (eip === 0x1002 ? [at('one'), at('two')] : []);
  const { text, blocks } = translate({
    source: { code, start: 0, eip: 0x1000, key, segment: flatSegment, targets },
    entries: [0x1000],
    limits: { blocks: 16, instructions: 100 },
    options: { suffix: '', memoryBytes: 1 << 20, pacing: 'poll', callDepth: 100, records: 16 },
  })!;
  expect(blocks).toBe(3);
  const cases = [...text.matchAll(/case (\d+):\{/g)].map((match) => Number(match[1]));
  // Distances from the entry.
  expect(cases).toEqual([at('one') - 0x1000, at('two') - 0x1000]);
  expect(text).toMatch(/continue L0;/);
  expect(text).toMatch(/return AT\(/);
});

describe('a region of several entries', () => {
  const code = new Uint8Array(4096);
  const translateAt = (entries: readonly number[]) =>
    translate({
      source: { code, start: 0, eip: 0x1000, key, segment: flatSegment },
      entries,
      limits: { blocks: 16, instructions: 100 },
      options: { suffix: '', memoryBytes: 1 << 20, pacing: 'poll', callDepth: 100, records: 16 },
    })!;
  const casesOf = (text: string) => [...text.matchAll(/case (\d+):\{/g)].map((match) => Number(match[1]));

  test('is entered where the machine says, but for what does not decode', () => {
    // INC EBX, INC ECX, RET; at the page's end a jump whose distance is in the next one.
    code.set([0x43, 0x41, 0xc3]);
    code[0xfff] = 0xeb;
    const { text, entries } = translateAt([0x1000, 0x1fff, 0x1001]);
    expect(entries).toEqual([0x1000, 0x1001]);
    expect(casesOf(text)).toEqual([0, 1]);
  });

  test('with x87 instructions is entered at the first', () => {
    // INC EBX, FADD ST0,ST1, RET.
    code.set([0x43, 0xd8, 0xc1, 0xc3]);
    const { text, entries } = translateAt([0x1000, 0x1001]);
    expect(entries).toEqual([0x1000]);
    expect(casesOf(text)).toEqual([]);
  });

  test('with x87 instructions has one entry, and no code that only another one leads to', () => {
    // FLD1, RET; INC EBX, RET.
    code.set([0xd9, 0xe8, 0xc3, 0x43, 0xc3]);
    const { entries, blocks, instructions, ranges } = translateAt([0x1000, 0x1003]);
    expect(entries).toEqual([0x1000]);
    expect([blocks, instructions]).toEqual([1, 2]);
    expect(ranges).toEqual([{ start: 0x1000, end: 0x1003 }]);
  });
});
