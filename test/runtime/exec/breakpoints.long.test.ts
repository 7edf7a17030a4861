import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { EXECUTE, program, READ_WRITE_4, trap, traps, WRITE_4, watch } from '../../support/guest-debug.ts';
import { Layout } from '../../support/guest-kernel.ts';

describe('instruction breakpoints', () => {
  onEveryEngine(
    'stop each time in front of the instruction, RF passes over it',
    program(`
main:   mov     ecx, 400
        xor     ebx, ebx
.warm:  call    function
        loop    .warm
        ${watch('function.b', EXECUTE)}
        mov     ecx, 3
.next:  call    function
        loop    .next
        xor     eax, eax
        mov     dr7, eax
        call    function
        mov     eax, ebx
        jmp     exit
function:
        inc     ebx
.b:     inc     ebx
.c:     ret
`),
    (guest, value) => {
      expect(value).toBe(404 * 2);
      expect(traps(guest, ['function.b'])).toEqual(new Array(3).fill(trap('function.b', 1)));
    },
  );

  onEveryEngine(
    'are exact: only the first byte counts, prefixes are a part of the instruction, all four are told',
    program(`
main:   ${watch('.a + 1', 0x55)}
        mov     eax, .b
        mov     dr1, eax
        mov     dr2, eax
        mov     eax, .b + 1
        mov     dr3, eax
.a:     mov     eax, 5
.b:     es mov  ebx, [P]
        mov     eax, 1
        jmp     exit
`),
    (guest) => expect(traps(guest, ['main.b'])).toEqual([trap('main.b', 6)]),
  );

  onEveryEngine(
    'wait after a load of SS, and come before the instruction’s own faults',
    program(`
main:   ${watch('.a', 0x5)}
        mov     eax, .b
        mov     dr1, eax
        mov     eax, ss
        mov     ss, eax
.a:     nop
        mov     dword [hook], .hook
.b:     ud2
        mov     eax, 1
        jmp     exit
.hook:  call    note_debug
        cmp     dword [ebp + 32], 6
        jne     .done
        add     dword [ebp + 40], 2
.done:  ret
`),
    (guest) =>
      expect(traps(guest, ['main.b'])).toEqual([trap('main.b', 2), { vector: 6, at: 'main.b', dr6: 0, rf: true }]),
  );
});

const lengths = [1, 2, 4] as const;
const fields = { 1: 0, 2: 1, 4: 3 };
const cases = lengths.flatMap((length) =>
  [0, 1, 2, 3, 4, 5, 6, 7].flatMap((at) => lengths.map((size) => ({ length, at, size }))),
);
const registers = { 1: 'al', 2: 'ax', 4: 'eax' };

describe('lengths of data breakpoints', () => {
  onEveryEngine(
    'of every length see just the accesses that overlap them',
    program(`
; The breakpoint is at P + 4, or P + 3 for a byte.
main:   mov     dword [hook], note_debug
        mov     ebx, P
${cases
  .map(
    ({ length, at, size }) => `
        mov     eax, P + ${length === 1 ? 3 : 4}
        mov     dr0, eax
        mov     eax, ${0x10001 | (fields[length] << 18)}
        mov     dr7, eax
        mov     [ebx + ${at}], ${registers[size]}
        mov     ${registers[size]}, [ebx + ${at}]
        mov     eax, dr6
        xor     eax, eax
        mov     dr7, eax
        mov     edi, [notes_end]
        mov     dword [edi], 0
        add     dword [notes_end], 4`,
  )
  .join('')}
        mov     eax, 1
        jmp     exit
`),
    (guest) => {
      const notes = guest.words(Layout.free + 0x10000, 3 * cases.length);
      const hits = (words: number[]): number[] => {
        const counts: number[] = [];
        for (let n = 0; counts.length < cases.length; ) {
          let count = 0;
          for (; words[n] !== 0; n++) count++;
          n++;
          counts.push(count);
        }
        return counts;
      };
      const expected = cases.map(({ length, at, size }) => {
        const first = length === 1 ? 3 : 4;
        return at < first + length && first < at + size ? 1 : 0;
      });
      expect(hits(notes)).toEqual(expected);
    },
  );
});

describe('data breakpoints', () => {
  onEveryEngine(
    'trap after the instruction, in translated code too, and leave their neighbours alone',
    program(`
main:   ${watch('P + 4', WRITE_4)}
        mov     dword [hook], note_step
        mov     ecx, 500
        mov     esi, P
.loop:  inc     dword [esi]
        add     eax, [esi + 4]
        cmp     ecx, 250
        jne     .not
        inc     dword [esi + 4]
.hit:   nop
.not:   loop    .loop
        mov     eax, [P]
        jmp     exit
`),
    (guest, value) => {
      expect(value).toBe(500);
      expect(traps(guest, ['main.hit'])).toEqual([trap('main.hit', 1)]);
      expect(guest.word(Layout.free + 4)).toBe(1);
    },
  );

  onEveryEngine(
    'on reads and writes, across a page boundary, where an instruction does both it is done once',
    program(`
Q equ P + 0x1000
main:   call    paging_start
        ${watch('Q', READ_WRITE_4)}
        mov     dword [hook], note_step
        mov     eax, [Q - 2]
.a:     add     dword [Q - 2], 0x10001
.b:     mov     eax, 0xF0001
        mov     dr7, eax
        mov     eax, 0xD0001
        mov     dr7, eax
        mov     eax, [Q]
        add     dword [Q - 2], 0x10001
.c:     mov     ebx, [Q - 2]
        mov     edx, esp
        mov     esp, Q + 4
        push    eax
.d:     mov     esp, edx
        mov     eax, ebx
        jmp     exit
`),
    (guest, value) => {
      const labels = ['main.a', 'main.b', 'main.c', 'main.d'];

      expect(traps(guest, labels)).toEqual(labels.map((label) => trap(label, 1)));
      expect(value).toBe(0x20002);
    },
  );

  onEveryEngine(
    'stop a repeated instruction between its elements, with RF in the image until it is done',
    program(`
main:   ${watch('P + 8', WRITE_4)}
        mov     dword [hook], .hook
        mov     edi, P
        mov     ecx, 4
.rep:   rep stosd
.a:     mov     edi, P
        mov     ecx, 3
        rep stosd
.b:     mov     eax, [.left]
        jmp     exit
.hook:  mov     eax, [ebp + 24]
        mov     [.left], eax
        call    note_step
        ret
.left:  dd      0
`),
    (guest) => expect(traps(guest, ['main.rep', 'main.b'])).toEqual([trap('main.rep', 1, true), trap('main.b', 1)]),
  );

  onEveryEngine(
    'come one instruction later after a load of SS, together with a single step, and not if the access faults',
    program(`
main:   call    paging_start
        ${watch('P', READ_WRITE_4)}
        mov     dword [hook], .hook
        mov     dword [P + 4], DATA
        mov     word [P], DATA
.w:     mov     ss, [P]
        mov     eax, 5
.a:     pushfd
        or      dword [esp], 0x100
        popfd
        mov     eax, [P]
.b:     pushfd
        and     dword [esp], ~0x100
        popfd
.off:   and     dword [PAGE_TABLE + (P >> 12) * 4], ~1
        invlpg  [P]
.c:     mov     eax, [P]
.d:     mov     eax, 1
        jmp     exit
.hook:  call    note_step
        cmp     dword [ebp + 32], 14
        jne     .done
        or      dword [PAGE_TABLE + (P >> 12) * 4], 1
.done:  ret
`),
    (guest) => {
      const found = traps(guest, ['main.w', 'main.a', 'main.b', 'main.off', 'main.c', 'main.d']);
      expect(found.filter(({ at }) => at.startsWith('main'))).toEqual([
        trap('main.w', 1),
        trap('main.a', 1),
        trap('main.b', 0x4001),
        trap('main.off', 0x4000),
        { vector: 14, at: 'main.c', dr6: 0, rf: true },
        trap('main.d', 1),
      ]);
    },
  );

  onEveryEngine(
    'see what entering a handler pushes',
    program(`
main:   ${watch('KERNEL_STACK - 12', WRITE_4)}
        mov     dword [system_call], .call
        mov     dword [hook], .hook
        mov     esp, KERNEL_STACK
        int     0x80
        mov     eax, 1
        jmp     exit
.call:  nop
        iretd
.hook:  mov     eax, 0
        mov     dr7, eax
        jmp     note_step
`),
    (guest) => expect(traps(guest, ['call_system'])).toEqual([trap('call_system', 1)]),
  );
});
