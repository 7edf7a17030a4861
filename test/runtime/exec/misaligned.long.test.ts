import { expect, test } from 'vitest';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { endValue, Guest, type Variant, variants } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

/** Each changes what lies around EBX, which is 0 to 7 more than a multiple of 8, in a row of its own. */
const accesses: readonly string[] = [
  'mov eax, [ebx]\n add [ebx + 4], eax\n mov [ebx + 12], ecx',
  'mov ax, [ebx + 1]\n xor [ebx + 3], ax\n movsx edx, word [ebx + 7]\n mov [ebx + 9], dx',
  'xchg esp, ebx\n push dword [esp + 32]\n push cx\n pop dx\n pop eax\n xchg esp, ebx\n mov [ebx + 5], dx',
  'mov eax, [ebx]\n cmpxchg [ebx], ecx\n xadd [ebx + 4], eax\n bts dword [ebx + 8], ecx',
  'movdqu xmm0, [ebx]\n paddd xmm0, xmm1\n movdqu [ebx + 16], xmm0',
  'movups xmm2, [ebx + 4]\n movlps [ebx + 24], xmm2\n movhps [ebx + 36], xmm2',
  'movsd xmm3, [constants]\n addsd xmm3, [ebx + 40]\n movsd [ebx + 40], xmm3\n cvtsd2ss xmm4, xmm3\n movss [ebx + 52], xmm4',
  'movq mm0, [ebx]\n paddw mm0, mm1\n movq [ebx + 8], mm0\n emms',
  'fld dword [constants + 8]\n fst dword [ebx]\n fst qword [ebx + 4]\n fstp tword [ebx + 12]',
  'fild word [ebx]\n fild dword [ebx + 2]\n fild qword [constants + 16]\n fistp qword [ebx + 24]\n fistp dword [ebx + 32]\n fistp word [ebx + 36]\n inc word [ebx]',
  'fld1\n fstp tword [ebx]\n fld tword [ebx]\n fadd dword [constants + 8]\n fstp tword [ebx + 12]\n fld qword [constants]\n fstp qword [ebx + 24]\n fld qword [ebx + 24]\n fstp dword [ebx + 33]',
  'mov [ebx], ds\n mov es, [ebx]\n mov [ebx + 6], ds\n mov [ebx + 2], ecx\n les edx, [ebx + 2]\n inc edx\n mov [ebx + 10], edx',
  'sgdt [ebx]\n lgdt [ebx]\n sidt [ebx + 6]\n lidt [ebx + 6]\n pushad\n popad',
  'mov word [ebx], 0x37f\n fldcw [ebx]\n fnstcw [ebx + 3]',
  'mov eax, ecx\n lea edi, [ebx + 1]\n mov edx, ecx\n mov ecx, 13\n rep stosd\n mov ecx, edx',
  'mov edx, ecx\n lea esi, [ebx + 3]\n lea edi, [ebx + 19]\n mov ecx, 9\n rep movsd\n mov ecx, edx\n inc dword [ebx + 5]',
];

const ROWS = 'FREE + 64';
const ROW_BYTES = 128;

/** Runs each on eight addresses, one after the other, and at last where it is in two pages; adds up what is there then. */
const program = kernel(`
main:   mov     eax, cr4
        or      eax, 0x600              ; OSFXSR, OSXMMEXCPT
        mov     cr4, eax
        fninit
        cld
${accesses
  .map(
    (_, n) => `
        mov     ebx, ${ROWS} + ${n * ROW_BYTES}
        call    .by_eight_${n}
        mov     ebx, FREE + 0x3000 - 6
        mov     ecx, 40
        call    .row_${n}`,
  )
  .join('')}
        xor     eax, eax
        mov     esi, FREE
.sum:   rol     eax, 3
        add     eax, [esi]
        add     esi, 4
        cmp     esi, FREE + 0x3100
        jb      .sum
        and     eax, 0x7FFFFFFF
        jmp     exit
${accesses
  .map(
    (access, n) => `
.by_eight_${n}:
        mov     ecx, 300
        call    .row_${n}
        inc     ebx
        test    ebx, 7
        jnz     .by_eight_${n}
        ret
        align   4096
.row_${n}:
        ${access}
        dec     ecx
        jnz     .row_${n}
        ret`,
  )
  .join('')}
        align   8
constants:
        dd      0, 0x3FF40000           ; 1.25
        dd      0x40200000, 0           ; 2.5
        dd      -123456, -1
`);

/** The sum, and how many accesses were not done in place. */
async function outcome(config: Variant['config']): Promise<{ sum: number; slow: number }> {
  const guest = new Guest(program, { name: '', config });
  const sum = endValue(guest);
  expect(exceptionLog(guest)).toEqual([]);
  const slow = guest.core.mmu.misaligned;
  await guest.dispose();
  return { sum, slow };
}

test('what is not aligned is what it is to the interpreter where it is accessed in place', async () => {
  const interpreted = await outcome({ engine: 'interpreter' });
  for (const { config } of variants) expect((await outcome(config)).sum).toBe(interpreted.sum);
  const { sum, slow } = await outcome({ engine: 'translator', engineOptions: { tiering: tieringAt(30) } });
  expect(sum).toBe(interpreted.sum);
  expect(slow).toBeLessThan(interpreted.slow / 2);
});

/** Accesses in code that runs once, and others whose second half faults. */
const elsewhere = kernel(`
main:   call    paging_start
        mov     ebx, FREE
${'        mov     eax, [ebx + 1]\n'.repeat(200)}
        mov     dword [hook], .skip
        mov     ecx, 100
.next:  mov     eax, [0x3FFFFE]
        nop
        loop    .next
        mov     eax, 1
        jmp     exit
.skip:  mov     dword [log_end], LOG
        add     dword [ebp + 40], 5
        ret
`);

test.each(variants.filter(({ name }) => name.startsWith('interpreter')))(
  'no other instruction is taken for one that accesses what is not aligned: $name',
  async (variant) => {
    const guest = new Guest(elsewhere, variant);
    expect(endValue(guest)).toBe(1);
    const pages = guest.core.engine.graph.cache.allPages();
    const noted = pages.flatMap(({ eip, noted: { misaligned } }) => [...misaligned].map((offset) => eip + offset));
    const { bytes } = guest.core.mmu.ram;
    const crossing = guest.address('main.next');
    for (const eip of noted.filter((one) => one !== crossing)) {
      expect([...bytes.subarray(eip, eip + 3)]).toEqual([0x8b, 0x43, 0x01]);
    }
    await guest.dispose();
  },
);

/** A load and a store at one address; what is beside the load has it noted, or the store, long before the other one is. */
const pair = (first: string, second: string): string => `
        mov     ebx, FREE + 0x2001
        mov     ecx, 4000
        call    .row_${first.length}_${second.length}
        add     edi, eax
        add     edi, [FREE + 0x2000]
        jmp     .after_${first.length}_${second.length}
        align   4096
.row_${first.length}_${second.length}:
        ${first}
        mov     ax, [ebx]
        mov     [ebx], cx
        ${second}
        dec     ecx
        jnz     .row_${first.length}_${second.length}
        ret
.after_${first.length}_${second.length}:`;

const beside = ['', 'mov dx, [ebx + 2]', 'mov dx, [ebx + 2]\n mov bp, [ebx + 4]'];
const pairsOfAccesses = kernel(`
main:   xor     edi, edi
        xor     eax, eax
        mov     [FREE + 0x2000], eax
${beside.flatMap((first) => beside.map((second) => pair(first, second))).join('')}
        xor     eax, eax
        mov     esi, FREE
.sum:   rol     eax, 3
        add     eax, [esi]
        add     esi, 4
        cmp     esi, FREE + 0x8000
        jb      .sum
        add     eax, edi
        and     eax, 0x7FFFFFFF
        jmp     exit
`);

test.each([1, 7, 30, 31, 100])(
  'a load and a store at one address, noted one before the other (after %i)',
  async (threshold) => {
    const run = async (config: Variant['config']) => {
      const guest = new Guest(pairsOfAccesses, { name: '', config });
      const sum = endValue(guest);
      expect(exceptionLog(guest)).toEqual([]);
      await guest.dispose();
      return sum;
    };
    const interpreted = await run({ engine: 'interpreter' });
    expect(await run({ engine: 'translator', engineOptions: { tiering: tieringAt(threshold) } })).toBe(interpreted);
  },
);

test('selectors that are not aligned are loaded in place', async () => {
  const program = kernel(`
main:   mov     ebx, FREE + 0x2001
        mov     [ebx], ds
        mov     ecx, 4000
.next:  mov     es, [ebx]
        dec     ecx
        jnz     .next
        mov     eax, 1
        jmp     exit
`);
  const config = { engine: 'translator', engineOptions: { tiering: tieringAt(30) } } as const;
  const guest = new Guest(program, { name: '', config });
  expect(endValue(guest)).toBe(1);
  expect(guest.core.mmu.misaligned).toBeLessThan(2000);
  await guest.dispose();
});
