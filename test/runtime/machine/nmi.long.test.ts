import { expect, test } from 'vitest';
import { endValue, Guest, onEveryEngineBy, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

onEveryEngineBy(
  'an NMI that comes in the handler of another is served when that returns',
  kernel(`
LOCAL_APIC equ 0xFEE00000
main:   mov     dword [hook], .handler
        mov     dword [LOCAL_APIC + 0xF0], 0x1FF
        mov     ebx, 300
.again: mov     dword [.count], 0
        call    .send
        mov     ecx, 20
.wait:  loop    .wait
        cmp     dword [.count], 2
        jne     .wrong
        dec     ebx
        jnz     .again
        mov     eax, 1
        jmp     exit
.wrong: mov     eax, [.count]
        add     eax, 100
        jmp     exit
; To itself: with physical destination 0.
.send:  mov     dword [LOCAL_APIC + 0x310], 0
        mov     dword [LOCAL_APIC + 0x300], 0x4400
        ret
.handler:
        mov     dword [log_end], LOG
        inc     dword [.count]
        cmp     dword [.count], 1
        je      .send
        ret
.count: dd      0
`),
  (guest) => {
    expect(endValue(guest)).toBe(1);
  },
);

test.each(variants.filter(({ name }) => name.endsWith(' counting')))(
  'an NMI that a store asks for comes right after it where instructions are counted: $name',
  async (variant) => {
    const program = kernel(`
LOCAL_APIC equ 0xFEE00000
main:   mov     dword [hook], .handler
        mov     dword [LOCAL_APIC + 0xF0], 0x1FF
        mov     dword [LOCAL_APIC + 0x310], 0
        mov     ebx, 300
.again: xor     esi, esi
        mov     dword [LOCAL_APIC + 0x300], 0x4400
        mov     ecx, 20
.wait:  inc     esi
        dec     ecx
        jnz     .wait
        dec     ebx
        jnz     .again
        mov     eax, [.sum]
        jmp     exit
.handler:
        mov     dword [log_end], LOG
        mov     eax, [ebp + 4]          ; ESI
        add     [.sum], eax
        add     dword [.sum], 0x10000
        ret
.sum:   dd      0
`);
    const guest = new Guest(program, variant);
    try {
      expect(endValue(guest)).toBe(300 * 0x10000);
    } finally {
      await guest.dispose();
    }
  },
);
