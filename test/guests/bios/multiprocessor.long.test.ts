import { expect, test } from 'vitest';
import { bootSector, consoleOf, diskImage } from './guest.ts';

/**
 * Prints the bits in the MP table that differ from CPUID's leaf 1, EAX and EDX; the sums of its bytes and of its pointer's; the
 * processor's signature; the number of all entries; then number and flags of each processor's APIC.
 */
const reader = bootSector(`
        mov     ax, 0xF000
        mov     es, ax
        xor     di, di
.find:  cmp     dword [es:di], '_MP_'
        je      .found
        add     di, 16
        jnz     .find
.found: mov     si, di
        mov     cx, 16
        call    sum
        push    ax
        mov     di, [es:di + 4]         ; in segment F000h
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
        call    sum
        pop     bx
        or      ax, bx
        call    hex
        mov     ax, [es:di + 48]
        call    hex
        mov     ax, [es:di + 34]
        call    hex
        add     di, 44
.next:  cmp     byte [es:di], 0
        jne     leave
        mov     al, [es:di + 3]
        mov     ah, [es:di + 1]
        call    hex
        add     di, 20
        jmp     .next
sum:    xor     ax, ax
.byte:  add     al, [es:si]
        inc     si
        loop    .byte
        ret
`);

const drives = [{ image: diskImage(reader), format: 'raw' as const }];
/** Buses, the I/O APIC and interrupts. */
const OTHER_ENTRIES = 2 + 1 + 31 * 4 + 13 + 2;

test.each([
  ['pentium', '0543'],
  ['pentium3', '0683'],
] as const)('the MP table tells of the processor: %s', async (cpu, signature) => {
  const text = await consoleOf({ drives, cpu });
  const count = (OTHER_ENTRIES + 1).toString(16).padStart(4, '0');
  expect(text.toLowerCase()).toContain(`0000 0000 ${signature} ${count} 0003 `);
});

test('the MP table tells of several processors: the first one is that which boots', async () => {
  const text = await consoleOf({ drives, cpu: 'pentium3', processors: { sockets: 2, cores: 2 } });
  const count = (OTHER_ENTRIES + 4).toString(16).padStart(4, '0');
  expect(text.toLowerCase()).toContain(`0000 0000 0683 ${count} 0003 0101 0201 0301 `);
});
