import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

/** Descriptors after the kernel's own, from selector 0x40 on, that `use_segments` makes valid. */
const segments = `
BASED equ 0x40                          ; base FREE, limit FFFh
READ_ONLY equ 0x48                      ; base FREE, limit FFFh
EXPAND_DOWN equ 0x50                    ; base FREE, offsets above FFFh
ABSENT equ 0x58
OTHER_CODE equ 0x60                     ; code at FREE + 0x10000, limit FFFh
use_segments:
        mov     esi, gdt
        mov     edi, FREE + 0x20000
        mov     ecx, (gdt_end - gdt) / 4
        rep movsd
        mov     esi, .more
        mov     ecx, (.end - .more) / 4
        rep movsd
        lgdt    [.register]
        ret
        align   8
.more:  dw      0x0FFF, 0, 0x9210, 0x0040
        dw      0x0FFF, 0, 0x9010, 0x0040
        dw      0x0FFF, 0, 0x9610, 0x0040
        dw      0x0FFF, 0, 0x1210, 0x0040
        dw      0x0FFF, 0, 0x9A11, 0x0040
.end:
.register:
        dw      0xFF
        dd      FREE + 0x20000
`;

describe('segments that are not flat', () => {
  onEveryEngine(
    'add their base, in loops of data segments and of the extra ones',
    kernel(`${segments}
main:   call    use_segments
        mov     eax, BASED
        mov     fs, eax
        mov     es, eax
        mov     ds, eax
        mov     ecx, 400
.store: mov     [ecx * 4], ecx
        mov     [fs:ecx * 4 + 2000], ecx
        add     [fs:ecx * 4 + 2000], ecx
        dec     ecx
        jnz     .store
        mov     esi, 4
        mov     edi, 4
        mov     ecx, 100
        rep movsd
        xor     eax, eax
        mov     ecx, 400
.sum:   add     eax, [ss:FREE + ecx * 4]
        add     eax, [fs:ecx * 4 + 2000]
        dec     ecx
        jnz     .sum
        mov     edx, DATA
        mov     ds, edx
        jmp     exit
`),
    // Each sum's last 28 stores at 2000 and up lie over the first ones' places, which were written later.
    (guest, value) => {
      const words = new Map<number, number>();
      for (let n = 400; n > 0; n--) {
        words.set(n * 4, n);
        words.set(n * 4 + 2000, 2 * n);
      }
      let sum = 0;
      for (let n = 400; n > 0; n--) sum += words.get(n * 4)! + words.get(n * 4 + 2000)!;
      expect(value).toBe(sum);
      expect(guest.word(0x100000 + 4)).toBe(words.get(4));
    },
  );

  onEveryEngine(
    'refuse what is beyond their limit or right, with nothing changed',
    kernel(`${segments}
main:   call    use_segments
        mov     dword [hook], .next
        mov     eax, BASED
        mov     fs, eax
        mov     eax, READ_ONLY
        mov     gs, eax
        mov     eax, EXPAND_DOWN
        mov     es, eax
        mov     ecx, 400
; Warm, within the limits.
.warm:  mov     [fs:ecx * 4], ecx
        mov     eax, [gs:ecx * 4]
        mov     [es:ecx * 4 + 0x1000], eax
        loop    .warm
        mov     ebx, 0x1111
        mov     dword [.at], .list
.a:     mov     ebx, [fs:0xFFD]
.b:     mov     [fs:0x1000], ebx
.c:     mov     [gs:0], ebx
.d:     mov     ebx, [es:0xFFF]
.e:     mov     eax, ABSENT
.f:     mov     fs, eax
.g:     xor     eax, eax
        mov     fs, eax
.h:     mov     ebx, [fs:0]
.i:     mov     [cs:FREE], ebx
.j:     push    dword [gs:0xFFE]
.k:     mov     eax, ebx
        jmp     exit
.next:  mov     eax, [.at]
        mov     eax, [eax]
        mov     [ebp + 40], eax
        add     dword [.at], 4
        ret
        align   64
.at:    dd      0
.list:  dd      .b, .c, .d, .e, .g, .i, .j, .k
`),
    (guest, value) => {
      expect(value).toBe(0x1111);
      const found = exceptionLog(guest).map(({ vector, error, eip, esp }) => [vector, error, eip, esp]);
      const at = (label: string): number => guest.address(`main.${label}`);
      const faults: [number, number, string][] = [
        [13, 0, 'a'],
        [13, 0, 'b'],
        [13, 0, 'c'],
        [13, 0, 'd'],
        [11, 0x58, 'f'],
        [13, 0, 'h'],
        [13, 0, 'i'],
        [13, 0, 'j'],
      ];
      expect(found).toEqual(faults.map(([vector, error, label]) => [vector, error, at(label), 0x70000]));
    },
  );
});

describe('code and stack segments that are not flat', () => {
  onEveryEngine(
    'of code: EIP counts from their base, and a jump beyond the limit is a fault',
    kernel(`${segments}
main:   call    use_segments
        mov     esi, .code
        mov     edi, FREE + 0x10000
        mov     ecx, .code_end - .code
        rep movsb
        xor     ebx, ebx
        mov     ecx, 400
.next:  call    OTHER_CODE:0
        loop    .next
        mov     dword [hook], .fault
        call    OTHER_CODE:.last - .code
.wrong: mov     eax, 1
        jmp     exit
.fault: mov     eax, ebx
        jmp     exit
.code:  inc     ebx
        call    .inner
        retf
.inner: inc     ebx
        ret
.last:  jmp     .code + 0x2000
.code_end:
`),
    (guest, value) => {
      expect(value).toBe(800);
      expect(exceptionLog(guest).map(({ vector, error, cs }) => [vector, error, cs])).toEqual([[13, 0, 0x60]]);
    },
  );

  onEveryEngine(
    'of code: a near transfer beyond the limit faults where it is, with nothing changed',
    kernel(`${segments}
START equ 0xF80                         ; the code ends at the segment's limit
main:   call    use_segments
        mov     esi, .code
        mov     edi, FREE + 0x10000 + START
        mov     ecx, .code_end - .code
        rep movsb
        mov     dword [hook], .fault
        mov     ebx, 40
        mov     ecx, 0x1000
.round: mov     dword [.at], .list
        call    OTHER_CODE:START
        dec     ebx
        jnz     .round
        xor     eax, eax
        jmp     exit
.fault: mov     eax, [.at]
        mov     eax, [eax]
        mov     [ebp + 40], eax
        add     dword [.at], 4
        ret
.code:  jmp     .code + 0x80
.b:     call    .code + 0x80
.c:     stc
.d:     jc      .code + 0x80
.e:     jnc     .code + 0x80
        mov     ecx, 2
.f:     loop    .code + 0x80
.g:     xor     ecx, ecx
.h:     jecxz   .code + 0x80
.i:     mov     ecx, 0x1000
.j:     jmp     ecx
.k:     call    ecx
.l:     push    ecx
.m:     ret
.n:     pop     ecx
        retf
.code_end:
        align   4
.at:    dd      0
.list:  dd      .b - .code + START, .c - .code + START, .e - .code + START, .g - .code + START, .i - .code + START
        dd      .k - .code + START, .l - .code + START, .n - .code + START
`),
    (guest) => {
      const at = (label: string): number => guest.address(`main.${label}`) - guest.address('main.code') + 0xf80;
      const called = 0x70000 - 8;
      const faults: [string, number, number][] = [
        ['code', called, 0x1000],
        ['b', called, 0x1000],
        ['d', called, 0x1000],
        ['f', called, 2],
        ['h', called, 0],
        ['j', called, 0x1000],
        ['k', called, 0x1000],
        ['m', called - 4, 0x1000],
      ];
      const round = faults.map(([label, esp, ecx]) => [13, 0, at(label), esp, ecx]);
      const found = exceptionLog(guest).map(({ vector, error, eip, esp, ecx }) => [vector, error, eip, esp, ecx]);
      expect(found).toEqual(Array.from({ length: 40 }, () => round).flat());
    },
  );

  onEveryEngine(
    'of 16-bit stacks under 32-bit code: SP moves alone, and wraps',
    kernel(`
main:   mov     eax, DATA16
        mov     edx, esp
        mov     ss, eax
        mov     esp, 0x12348000
        mov     ecx, 400
        xor     ebx, ebx
.next:  push    ecx
        call    .function
        pop     eax
        add     ebx, eax
        loop    .next
        cmp     esp, 0x12348000
        jne     .wrong
        mov     esp, 0x12340000
        push    dword 0x55AA77CC
        cmp     esp, 0x1234FFFC
        jne     .wrong
        pop     eax
        cmp     eax, 0x55AA77CC
        jne     .wrong
        mov     eax, DATA
        mov     ss, eax
        mov     esp, edx
        mov     eax, ebx
        jmp     exit
.function:
        enter   8, 0
        push    ebx
        pop     eax
        leave
        ret
.wrong: mov     edx, EXIT_PORT
        mov     eax, 1
        out     dx, eax
`),
    (_, value) => expect(value).toBe((400 * 401) / 2),
  );
});
