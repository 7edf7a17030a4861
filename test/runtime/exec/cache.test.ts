import { describe, expect, test } from 'vitest';
import { endValue, Guest, type GuestProgram, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { realMode } from '../../support/guest-real-mode.ts';

/** Runs a guest that has more code than is kept, and expects that it was forgotten on the way. */
function expectForgotten(name: string, program: GuestProgram, expected: number): void {
  const counting = variants.filter(({ config }) => config.icountShift !== undefined);
  test.each(counting)(`${name}: $name`, async (variant) => {
    const guest = new Guest(program, variant, { memoryBytes: 32 << 20 });
    expect(endValue(guest)).toBe(expected);
    const { dropsOfAll } = guest.core.metrics().invalidation as { dropsOfAll: number };
    expect(dropsOfAll).toBeGreaterThan(0);
    await guest.dispose();
  });
}

describe('code beyond what the cache keeps is forgotten and decoded anew', () => {
  expectForgotten(
    'in many pages',
    kernel(`
; A function in each of 5000 pages adds the page's number; each calls the next one's, in stretches of 50.
PAGES equ 5000
CODE_PAGES equ 0x200000
main:   xor     ecx, ecx
        mov     edi, CODE_PAGES
.make:  mov     byte [edi], 0x05                ; ADD EAX, number
        mov     [edi + 1], ecx
        mov     byte [edi + 5], 0xE9            ; JMP to the next page, or RET
        mov     dword [edi + 6], 0x1000 - 10
        inc     ecx
        mov     eax, ecx
        xor     edx, edx
        mov     ebx, 50
        div     ebx
        test    edx, edx
        jnz     .jump
        mov     byte [edi + 5], 0xC3
.jump:  add     edi, 0x1000
        cmp     ecx, PAGES
        jb      .make
        mov     ebp, 3
        xor     eax, eax
.round: mov     ebx, CODE_PAGES
        mov     ecx, PAGES / 50
.next:  call    ebx
        add     ebx, 50 * 0x1000
        loop    .next
        dec     ebp
        jnz     .round
        jmp     exit
`),
    (3 * (5000 * 4999)) / 2,
  );

  expectForgotten(
    'in many segments',
    realMode(`
; The same function by 600 segments, three times.
main:   mov     bp, 3
        xor     ebx, ebx
.round: mov     cx, 600
        mov     si, 0x700
        mov     di, function - 0x7000
.next:  mov     [.pointer], di
        mov     [.pointer + 2], si
        call    far [.pointer]
        dec     si
        add     di, 16
        loop    .next
        dec     bp
        jnz     .round
        mov     eax, ebx
        jmp     exit
.pointer:
        dd      0
function:
        inc     ebx
        retf
`),
    1800,
  );
});
