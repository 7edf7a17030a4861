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

/** A function that is called often, and what is done before that. */
const calling = (before: string, body: string) =>
  kernel(`
main:   ${before}
        mov     ecx, 60000
.again: call    function
        dec     ecx
        jnz     .again
        jmp     exit
        align   4096
function:
${body}
`);

const program = calling('xor eax, eax\n xor ebx, ebx', `${blocks.join('\n')}\n.b40: ret`);

/** It has x87 results of 53 bits, and words that are not aligned. */
const assumed = calling(
  'fninit\n fld1\n mov word [FREE], 0x27f\n fldcw word [FREE]\n mov ebx, FREE + 9',
  'fadd dword [FREE + 4]\n inc dword [ebx]\n mov eax, [ebx + 4]\n ret',
);

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
