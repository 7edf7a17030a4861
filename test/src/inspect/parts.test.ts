import { expect, test } from 'vitest';
import { Symbols } from '../../../runtime/debug/symbols.ts';
import { codeOfSnapshot } from '../../../src/inspect/snapshot.ts';
import { stagesOf } from '../../../src/inspect/stages.ts';
import type { Assumptions } from '../../../translator/opt/assumptions.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** More blocks than a translation has at first. */
const blocks = Array.from({ length: 40 }, (_, n) => {
  return `.b${n}: inc eax\n test ecx, ${1 << (n % 5)}\n jz .b${n + 1}\n inc ebx`;
});
const program = kernel(`
main:   mov     ecx, 60000
        xor     eax, eax
        xor     ebx, ebx
.again: call    function
        dec     ecx
        jnz     .again
        jmp     exit
        align   4096
function:
${blocks.join('\n')}
.b40:   ret
`);

/** A function that is called with x87 results of 53 bits, and with words that are not aligned. */
const assumed = kernel(`
main:   fninit
        fld1
        mov     word [FREE], 0x27f
        fldcw   word [FREE]
        mov     ebx, FREE + 9
        mov     ecx, 60000
.again: call    function
        dec     ecx
        jnz     .again
        jmp     exit
        align   4096
function:
        fadd    dword [FREE + 4]
        inc     dword [ebx]
        mov     eax, [ebx + 4]
        ret
`);

test.each([
  ['a part of their function', program],
  ['made for other assumptions than the usual ones', assumed],
])('the stages of translations that are %s end with their texts', async (_, source) => {
  const guest = new Guest(source, variants.find(({ name }) => name === 'translator, counting')!);
  endValue(guest);
  const { inspection, engine } = guest.core;
  const records = engine.graph.cache.allPages().flatMap((page) => [...page.translations]);
  const isUnusual = ({ precision, misaligned }: Assumptions) => precision !== 0 && misaligned.size > 0;
  expect(records.some(({ entries, assumptions }) => entries.length > 1 || isUnusual(assumptions))).toBe(true);
  for (const info of inspection.translations()) {
    const detail = inspection.translationIn(info.physical, info.key)!;
    const stages = stagesOf(codeOfSnapshot(detail.code, new Symbols({ addresses: [], names: [] })));
    expect(stages.translation?.text).toBe(detail.text);
    expect(stages.translation?.blocks).toBe(info.blocks);
    expect(stages.translation?.instructions).toBe(info.instructions);
  }
  await guest.dispose();
});
