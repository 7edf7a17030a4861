import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';
import { expectRealModeValue } from '../../support/guest-real-mode.ts';

/** So often that code is translated on the way. */
const RUNS = 60;

/** Instructions of two bytes that go on in sequence, as words; CX is 1, CF and ZF are 0. */
const sequential = {
  'NOP, NOP': 0x9090,
  'JC, not taken': 0x1072,
  'JZ, not taken': 0x1074,
  'LOOP, not taken': 0x10e2,
  'LOOPE, not taken': 0x10e1,
  'JCXZ, not taken': 0x10e3,
  'PUSH by ModR/M': 0xf0ff,
} as const;

describe('code at the end of a 16-bit segment goes on at 10000h (Intel SDM vol. 3, 3.4.5 and 5.3)', () => {
  for (const [name, word] of Object.entries(sequential)) {
    expectRealModeValue(
      `${name}: #GP in real mode, where IP is pushed as 0`,
      RUNS,
      `
main:   mov     bx, 13 * 4
        mov     ax, handler
        call    set_vector
        mov     ax, 0x2000
        mov     es, ax
        mov     word [es:0xFFFE], ${word}
        mov     byte [es:0], 0xF4               ; HLT, where it would go on at offset 0
        mov     byte [es:1], 0xF4
        xor     edi, edi
        mov     si, ${RUNS}
.again: mov     cx, 1
        mov     sp, 0x7000
        or      si, si
        jmp     0x2000:0xFFFE
.back:  inc     edi
        dec     si
        jnz     .again
        mov     eax, edi
        jmp     exit
handler:
        mov     bp, sp
        cmp     word [bp], 0
        jne     wrong
        cmp     word [bp + 2], 0x2000
        jne     wrong
        jmp     main.back
`,
    );
  }

  expectRealModeValue(
    'a call of 32-bit operand size pushes 10000h, one of 16 bits 0',
    RUNS * 0x10000,
    `
main:   mov     ax, 0x2000
        mov     es, ax
        mov     dword [es:0xFFFA], 0x0103E866   ; o32 CALL 103h
        mov     word [es:0xFFFE], 0xFFFF
        mov     word [es:0x103], 0x5866         ; o32 POP EAX
        mov     byte [es:0x105], 0xEA           ; JMP FAR
        mov     word [es:0x106], .back
        mov     word [es:0x108], 0
        xor     edi, edi
        mov     si, ${RUNS}
.again: jmp     0x2000:0xFFFA
.back:  add     edi, eax
        dec     si
        jnz     .again
        mov     word [es:0xFFFD], 0x03E8        ; CALL 103h
        mov     byte [es:0xFFFF], 0x01
        mov     word [es:0x103], 0x9058         ; POP AX
        mov     word [es:0x106], .short
        mov     si, ${RUNS}
.calls: mov     eax, 0xFFFF
        jmp     0x2000:0xFFFD
.short: add     edi, eax
        dec     si
        jnz     .calls
        mov     eax, edi
        jmp     exit
`,
  );

  for (const base of [0x100000, 0x100123]) {
    const low = ((base & 0xffff) << 16) | 0xffff;
    const code = (limit: number): string => `
        mov     dword [gdt + CODE16], 0x${(low >>> 0).toString(16)}
        mov     dword [gdt + CODE16 + 4], 0x000${limit >>> 16}9B10`;
    const put = `
        mov     word [${base + 0x10000}], 0x4066        ; o32 INC EAX
        mov     dword [${base + 0x10002}], 0x0000EA66   ; o32 JMP FAR
        mov     dword [${base + 0x10004}], .back
        mov     word [${base + 0x10008}], CODE
        mov     word [${base}], 0xF4F4`;
    for (const name of ['NOP, NOP', 'JZ, not taken', 'LOOP, not taken'] as const) {
      const word = sequential[name];
      const main = (limit: number): string => `
main:   call    paging_start
        mov     word [${base + 0xfffe}], ${word}
        ${put}
        ${code(limit)}
        mov     ebp, ${RUNS}
        xor     eax, eax
        mov     dword [hook], refused
.again: mov     ecx, 1
        mov     esp, KERNEL_STACK
        or      ebp, ebp
        jmp     CODE16:0xFFFE
.back:  dec     ebp
        jnz     .again
        jmp     exit
refused:
        mov     dword [ebp + 40], main.back
        mov     dword [ebp + 44], CODE
        ret
`;
      onEveryEngine(
        `${name}: the code there, with a limit of 1FFFFh and base ${base.toString(16)}h`,
        kernel(main(0x1ffff)),
        (guest, value) => {
          expect(exceptionLog(guest)).toEqual([]);
          expect(value).toBe(RUNS);
        },
      );
      onEveryEngine(
        `${name}: #GP, with a limit of FFFFh and base ${base.toString(16)}h, also where no page is`,
        kernel(
          main(0xffff).replace(
            '        mov     ebp,',
            `        mov     dword [PAGE_TABLE + ${((base + 0x10000) >>> 12) * 4}], ${base & 0xfff ? (base & ~0xfff) + 0x10000 + 7 : 0}
        mov     eax, cr3
        mov     cr3, eax
        mov     ebp,`,
          ),
        ),
        (guest) => {
          const log = exceptionLog(guest);
          expect(log).toHaveLength(RUNS);
          for (const frame of log) expect(frame).toMatchObject({ vector: 13, eip: 0x10000, cs: 0x30, error: 0 });
        },
      );
    }
  }
});
