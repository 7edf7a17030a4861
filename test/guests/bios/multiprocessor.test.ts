import { expect, test } from 'vitest';
import { bootSector, consoleOf, diskImage } from './guest.ts';

/** What in the MP table differs from CPUID's leaf 1, EAX and EDX; the sum of its bytes; the processor's signature. */
const reader = bootSector(`
        mov     ax, 0xF000
        mov     es, ax
        xor     di, di
.find:  cmp     dword [es:di], '_MP_'
        je      .found
        add     di, 16
        jnz     .find
.found: add     di, 16
        mov     eax, 1
        cpuid
        xor     eax, [es:di + 48]
        xor     edx, [es:di + 52]
        or      eax, edx
        mov     bx, ax
        shr     eax, 16
        or      ax, bx
        call    hex
        mov     cx, [es:di + 4]
        mov     si, di
        xor     ax, ax
.sum:   add     al, [es:si]
        inc     si
        loop    .sum
        call    hex
        mov     ax, [es:di + 48]
        call    hex
        jmp     leave
`);

test.each([
  ['pentium', '0543'],
  ['pentium3', '0683'],
] as const)('the MP table tells of the processor: %s', async (cpu, signature) => {
  const drives = [{ image: diskImage(reader), format: 'raw' as const }];
  const text = await consoleOf({ drives, cpu });
  expect(text.slice(-15)).toBe(`0000 0000 ${signature} `);
});
