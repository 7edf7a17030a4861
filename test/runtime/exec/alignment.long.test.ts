import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel, Layout } from '../../support/guest-kernel.ts';

const accesses: readonly (readonly [text: string, faults: boolean])[] = [
  ['mov eax, [P + 1]', true],
  ['mov eax, [P + 2]', true],
  ['mov eax, [P + 4]', false],
  ['mov ax, [P + 1]', true],
  ['mov ax, [P + 2]', false],
  ['mov al, [P + 3]', false],
  ['mov [P + 1], eax', true],
  ['mov [P + 3], ax', true],
  ['add dword [P + 2], 1', true],
  ['mov eax, [P + 0xFFE]', true],
  ['movzx eax, word [P + 0xFFF]', true],
  ['mov esi, P\n mov edi, P + 0x102\n mov ecx, 8\n cld\n rep movsd', true],
  ['mov esi, P\n mov edi, P + 0x102\n mov ecx, 8\n cld\n rep movsw', false],
  ['mov edi, P + 0x101\n mov ecx, 8\n cld\n rep stosd', true],
  ['fld qword [P + 4]', true],
  ['fld qword [P + 8]', false],
  ['fstp qword [P + 4]', true],
  ['fild qword [P + 4]', true],
  ['fld dword [P + 4]', false],
  ['fld dword [P + 2]', true],
  ['fist dword [P + 2]', true],
  ['fiadd word [P + 1]', true],
  ['fld tword [P + 4]', true],
  ['fld tword [P + 8]', false],
  ['fnsave [P + 4]', false],
  ['frstor [P + 4]', false],
  ['fnstenv [P + 2]', true],
  ['emms\n movq mm0, [P + 4]', true],
  ['movq [P + 4], mm0', true],
  ['movq [P + 8], mm0', false],
  ['mov edi, P + 4\n maskmovq mm0, mm0', true],
  ['mov edi, P + 4\n maskmovdqu xmm0, xmm0', true],
  ['mov edi, P + 8\n maskmovdqu xmm7, xmm7', false],
  // The x87 registers stay what they are.
  ['fninit\n fld1\n movd [P + 2], mm0', true],
  ['fnstsw [STATUS]', false],
  ['emms\n movsd xmm0, [P + 4]', true],
  ['movsd [P + 4], xmm0', true],
  ['movlps [P + 8], xmm0', false],
  ['movss xmm0, [P + 4]', false],
  ['addsd xmm0, [P + 4]', true],
  ['cvtps2pd xmm0, [P + 4]', true],
  ['movups xmm0, [P + 4]', true],
  ['movups xmm0, [P + 8]', false],
  ['movdqu [P + 4], xmm0', true],
  ['movdqu [P + 8], xmm0', false],
  ['cmpxchg8b [P + 4]', true],
  ['cmpxchg8b [P + 8]', false],
  // FREE, whatever the flags were before.
  ['and dword [P], 0', false],
];

/** Status word of an x87 with one register in use: top of stack 7. */
const ONE_REGISTER = 7 << 11;

describe('alignment check', () => {
  onEveryEngine(
    'in user mode, with CR0.AM and EFLAGS.AC',
    kernel(`
P equ FREE
STATUS equ FREE + 0x800
main:   call    paging_start
        mov     dword [hook], .fault
        mov     dword [system_call], .done
        mov     eax, .user
        mov     edx, 0x43002
        jmp     user_start_with
.user:  mov     ebx, 50
.calm:  mov     eax, [P + 1]                    ; CR0.AM is clear
        dec     ebx
        jnz     .calm
        int     0x80
.done:  mov     dword [system_call], .end
        mov     eax, cr0
        or      eax, 0x40000
        mov     cr0, eax
        mov     eax, cr4
        or      eax, 0x200                      ; OSFXSR
        mov     cr4, eax
        mov     eax, [P + 1]                    ; not in supervisor mode
        mov     eax, .checked
        mov     edx, 0x43002
        jmp     user_start_with
.checked:
${accesses.map(([text], n) => `        mov dword [.after], .n${n}\n        ${text}\n.n${n}:`).join('\n')}
        push    dword 0x3002
        popfd
        mov     eax, [P + 1]                    ; EFLAGS.AC is clear
        int     0x80
.end:   mov     eax, 1
        jmp     exit
.fault: mov     eax, [.after]
        mov     [ebp + 40], eax
        ret
        align   4
.after: dd      0
`),
    (guest) => {
      const log = exceptionLog(guest);
      expect(log.every(({ vector, error }) => vector === 17 && error === 0)).toBe(true);
      expect(log).toHaveLength(accesses.filter(([, faults]) => faults).length);
      expect(guest.word(Layout.free)).toBe(0);
      expect(guest.word(Layout.free + 0x800)).toBe(ONE_REGISTER);
    },
  );
});
