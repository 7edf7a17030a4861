import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

describe('instructions of features that CPUID does not report', () => {
  onEveryEngine(
    'are invalid opcodes',
    kernel(`
; EBX counts how often each of them is met; what CPUID reports (FXSAVE) is executed.
main:   xor     ebx, ebx
.next:  mov     dword [resume], .second
.first: db      0x66, 0x0f, 0x38, 0xf6, 0xc0
        jmp     .end
.second:
        mov     dword [resume], .third
.store: db      0x0f, 0xae, 0x35
        dd      FREE
        jmp     .end
.third: db      0x0f, 0xae, 0x05
        dd      FREE
        inc     ebx
        cmp     ebx, 4
        jb      .next
.end:   mov     eax, ebx
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(4);
      const found = exceptionLog(guest).map(({ vector, eip }) => [vector, eip]);
      const once = [
        [6, guest.address('main.first')],
        [6, guest.address('main.store')],
      ];
      expect(found).toEqual([...once, ...once, ...once, ...once]);
    },
  );
});
