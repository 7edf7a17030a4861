import { describe, expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Key } from '../../../translator/abi/key.ts';
import { type CodeSource, flatSegment, selectRegion } from '../../../translator/region/select.ts';

const guest = assemble(
  `bits 32
org 0x1000
entry:  test    eax, eax
        jz      rare
        inc     ebx
        inc     ecx
        inc     edx
        jmp     end
rare:   dec     ebx
        jmp     end
end:    ret
`,
  {},
);
const at = (label: string) => Number(guest.symbols.get(label));
const code = new Uint8Array(4096);
code.set(guest.bytes);
// A jump whose distance would be in the next page.
code[0xfff] = 0xeb;
const usual = at('entry') + 4;
const runs = (eip: number) => (eip === at('rare') ? 3 : 100);
const source: CodeSource = {
  code,
  start: 0,
  eip: 0x1000,
  key: Key.code32 | Key.stack32 | Key.flat | Key.protected,
  segment: flatSegment,
};

const starts = (blocks: readonly { eip: number }[]) => blocks.map(({ eip }) => eip);

describe('a region', () => {
  test('takes in what the entry reaches', () => {
    const blocks = selectRegion(source, [at('entry')], { blocks: 10, instructions: 100 });
    expect(starts(blocks)).toEqual([at('entry'), usual, at('rare'), at('end')]);
  });

  test('takes what ran most first', () => {
    const blocks = selectRegion({ ...source, runs }, [at('entry')], { blocks: 3, instructions: 100 });
    expect(starts(blocks)).toEqual([at('entry'), usual, at('end')]);
  });

  test('takes blocks whole', () => {
    const blocks = selectRegion({ ...source, runs }, [at('entry')], { blocks: 10, instructions: 3 });
    expect(blocks.map(({ instructions }) => instructions.length)).toEqual([2, 4]);
  });

  test('begins with its entries, as far as they decode', () => {
    const blocks = selectRegion(source, [at('rare'), 0x1fff, at('entry')], { blocks: 10, instructions: 100 });
    expect(starts(blocks)).toEqual([at('rare'), at('entry'), usual, at('end')]);
  });

  test('leaves out what has not run', () => {
    const hasRun = (eip: number) => eip !== at('rare');
    const blocks = selectRegion({ ...source, hasRun }, [at('entry')], { blocks: 10, instructions: 100 });
    expect(starts(blocks)).toEqual([at('entry'), usual, at('end')]);
  });
});
