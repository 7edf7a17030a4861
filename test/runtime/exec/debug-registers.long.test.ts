import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { IO_1, program, trap, traps, watch } from '../../support/guest-debug.ts';
import { Layout } from '../../support/guest-kernel.ts';

describe('I/O breakpoints', () => {
  onEveryEngine(
    'trap after the instruction, with CR4.DE; without it there are none',
    program(`
main:   ${watch('0x61', IO_1)}
        mov     dword [hook], note_step
        in      al, 0x61
        mov     eax, cr4
        or      eax, 8
        mov     cr4, eax
        in      al, 0x61
.a:     in      al, 0x60
        mov     dx, 0x60
        in      ax, dx
.b:     out     0x61, al
.c:     mov     edi, P
        mov     ecx, 2
        mov     dx, 0x61
.rep:   rep insb
.d:     mov     eax, 1
        jmp     exit
`),
    (guest) => {
      const labels = ['main.a', 'main.b', 'main.c', 'main.rep', 'main.d'];
      expect(traps(guest, labels)).toEqual(labels.map((label) => trap(label, 1, label === 'main.rep')));
    },
  );
});

describe('debug registers', () => {
  onEveryEngine(
    'guarded by DR7.GD, which the handler finds clear',
    program(`
main:   mov     dword [hook], note_debug
        mov     eax, 0x2000
        mov     dr7, eax
.a:     mov     ebx, dr0
        mov     ebx, dr7
        mov     eax, ebx
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(0x400);
      expect(traps(guest, ['main.a'])).toEqual([trap('main.a', 0x2000, true)]);
    },
  );

  onEveryEngine(
    'DR4 and DR5 are DR6 and DR7, with CR4.DE invalid opcodes; unknown bits read as they should',
    program(`
main:   mov     eax, -1
        mov     dr4, eax
        mov     ebx, dr6
        mov     [P], ebx
        mov     eax, 0xFFFFD0FF
        mov     dr5, eax
        mov     ebx, dr7
        mov     [P + 4], ebx
        xor     eax, eax
        mov     dr7, eax
        mov     eax, 8
        mov     cr4, eax
        mov     dword [hook], .hook
.a:     mov     eax, dr4
.b:     mov     dr5, eax
        mov     eax, 1
        jmp     exit
.hook:  call    note_debug
        add     dword [ebp + 40], 3
        ret
`),
    (guest) => {
      expect(guest.words(Layout.free, 2)).toEqual([0xffffeff0 | 0xf, 0xffff04ff].map((value) => value >>> 0));
      expect(traps(guest, ['main.a', 'main.b']).map(({ vector, at }) => [vector, at])).toEqual([
        [6, 'main.a'],
        [6, 'main.b'],
      ]);
    },
  );

  onEveryEngine(
    'INT1 traps after itself and tells nothing in DR6',
    program(`
main:   mov     dword [hook], note_step
        db      0xF1
.a:     mov     eax, 1
        jmp     exit
`),
    (guest) => expect(traps(guest, ['main.a'])).toEqual([trap('main.a', 0)]),
  );
});
