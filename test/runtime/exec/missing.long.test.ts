import { expect, test, vi } from 'vitest';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { endValue, Guest, onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

const ROUNDS = 3000;

/** Code that changes what lies beside it, at EBX. Each is in a page of its own, and makes ECX and flags matter. */
const accesses: readonly string[] = [
  'mov eax, [ebx]\n add [ebx + 4], eax\n dec dword [ebx]\n adc edi, eax',
  'inc byte [ebx]\n setz al\n add [ebx + 8], al\n sbb [ebx + 12], edi',
  'push dword [ebx]\n inc dword [esp]\n pop dword [ebx]\n xor edi, [ebx]',
  'mov eax, [ebx]\n lea edx, [eax + ecx]\n cmpxchg [ebx], edx\n cmovz edi, edx',
  'xadd [ebx], ecx\n xchg [ebx], ecx\n sub ecx, [ebx]\n xchg [ebx + 4], edi\n inc edi',
  'mov ax, [ebx + 2]\n rol word [ebx], 3\n rcr dword [ebx + 4], 1\n adc [ebx + 1], ax',
  'movd xmm0, ecx\n movups xmm1, [ebx]\n paddd xmm1, xmm0\n movups [ebx], xmm1\n add edi, [ebx + 4]',
  'fild dword [ebx]\n fild dword [ebx + 4]\n fistp dword [ebx]\n fistp dword [ebx + 4]\n add edi, [ebx]',
  'test ecx, 1\n jz .even\n add [ebx], ecx\n jmp .joined\n.even: sub [ebx + 4], ecx\n.joined: adc edi, [ebx]',
  'mov edx, ebx\n xchg esp, edx\n add esp, 64\n push ecx\n push edi\n pop eax\n pop dword [esp - 16]\n xchg esp, edx\n add edi, eax',
];

const program = kernel(`
main:   mov     eax, cr4
        or      eax, 0x600              ; OSFXSR, OSXMMEXCPT
        mov     cr4, eax
        fninit
        xor     edi, edi
${accesses
  .map(
    (_, n) =>
      `        mov ebx, data_${n}\n mov ecx, ${ROUNDS}\n call row_${n}\n rol edi, 3\n add edi, [ebx]\n add edi, [ebx + 4]\n`,
  )
  .join('')}
        mov     eax, edi
        and     eax, 0x7FFFFFFF
        jmp     exit
${accesses
  .map(
    (access, n) => `
        align   4096
row_${n}:
        ${access}
        dec     ecx
        jnz     row_${n}
        ret
        align   64
data_${n}: times 16 dd 0x12345678 + ${n}
`,
  )
  .join('')}
`);

/** The program's result on another engine. */
let interpreted: number | undefined;

onEveryEngine('stores beside the code that makes them', program, (guest, value) => {
  interpreted ??= value;
  expect(value).toBe(interpreted);
  expect(exceptionLog(guest)).toEqual([]);
});

test('translations go on after accesses that the TLB does not have', async () => {
  const config = { engine: 'translator', engineOptions: { tiering: tieringAt(30) } } as const;
  const guest = new Guest(program, { name: '', config });
  try {
    const { tiering } = guest.core.engine;
    const failed = vi.spyOn(tiering!, 'failed');
    expect(endValue(guest)).toBe(interpreted);
    const pages = guest.core.engine.graph.cache.allPages();
    expect(pages.filter(({ noted }) => noted.missing.size > 0).length).toBeGreaterThanOrEqual(accesses.length - 1);
    // Each access of each round would leave its translation.
    expect(failed.mock.calls.length).toBeLessThan((accesses.length * ROUNDS) / 3);
  } finally {
    await guest.dispose();
  }
});

test('code that is translated anew, as a byte of it was written, is translated with what follows such accesses', async () => {
  const program = kernel(`
main:   mov     edi, 8
        xor     eax, eax
.again: mov     ecx, ${ROUNDS}
        inc     byte [work.changed - 1]
        call    work
        dec     edi
        jnz     .again
        and     eax, 0x7FFFFFFF
        jmp     exit
        align   4096
work:   add     [data], ecx
        xor     eax, [data]
        mov     [data + 4], eax
        add     eax, 1
.changed:
        sub     [data + 8], eax
        add     eax, ecx
        dec     ecx
        jnz     work
        ret
        align   256
data:   times 4 dd 0
`);
  const values = new Set<number>();
  for (const engine of ['interpreter', 'translator'] as const) {
    const config = { engine, engineOptions: { tiering: tieringAt(30) } };
    const guest = new Guest(program, { name: '', config });
    try {
      values.add(endValue(guest));
      if (engine === 'interpreter') continue;
      const [page] = guest.core.engine.graph.cache.allPages().filter(({ noted }) => noted.missing.size > 0);
      // One translation has the whole loop, whatever begins in its midst.
      expect(Math.max(...[...page!.translations].map(({ instructions }) => instructions))).toBeGreaterThanOrEqual(8);
    } finally {
      await guest.dispose();
    }
  }
  expect(values.size).toBe(1);
});

test('what is not aligned is noted as such in memory, and as missing beside code', async () => {
  const program = kernel(`
main:   mov     ecx, ${ROUNDS}
        call    work
        xor     eax, eax
        jmp     exit
        align   4096
work:
.inside: add    [data + 1], ecx
.outside: add   [FREE + 1], ecx
        mov     edx, [FREE + 5]
        dec     ecx
        jnz     work
        ret
        align   256
data:   times 4 dd 0
`);
  const config = { engine: 'translator', engineOptions: { tiering: tieringAt(30) } } as const;
  const guest = new Guest(program, { name: '', config });
  try {
    expect(endValue(guest)).toBe(0);
    const page = guest.core.engine.graph.cache.allPages().find(({ noted }) => noted.missing.size > 0)!;
    const offset = (name: string): number => page.distanceTo(guest.address(name));
    expect([...page.noted.missing]).toEqual([offset('work.inside')]);
    expect([...page.noted.misaligned]).toContain(offset('work.outside'));
  } finally {
    await guest.dispose();
  }
});
