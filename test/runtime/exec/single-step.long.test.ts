import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

/** Turns TF on; ends with it turned off. Steps over its own instructions are those of `stopSteps`. */
const stepTools = `
nothing:
        ret
stop:   pushfd
stop_a: and     dword [esp], ~0x100
stop_b: popfd
off:    mov     eax, dr6
        and     eax, 0x4000
        jmp     exit
`;
const stopSteps = ['stop', 'stop_a', 'stop_b', 'off'];
const stepOn = `
        mov     dword [hook], nothing
        pushfd
        or      dword [esp], 0x100
        popfd`;

/** EIPs of the traps that a stretch of code gives. */
function expectSteps(name: string, main: string, labels: readonly string[]): void {
  onEveryEngine(name, kernel(main + stepTools), (guest, dr6) => {
    const log = exceptionLog(guest);
    const expected = [...labels, ...stopSteps];
    expect(log.map(({ eip }) => eip.toString(16))).toEqual(expected.map((label) => guest.address(label).toString(16)));
    expect(log.every(({ vector }) => vector === 1)).toBe(true);
    expect(dr6).toBe(0x4000);
  });
}

describe('single step', () => {
  expectSteps(
    'over code that was translated',
    `
main:   mov     ecx, 500
.warm:  call    function
        loop    .warm
        ${stepOn}
        call    function
.back:  jmp     stop
function:
        xor     eax, eax
.a:     inc     eax
.b:     jz      .never
.c:     jmp     .d
.never: nop
.d:     ret
`,
    ['function', 'function.a', 'function.b', 'function.c', 'function.d', 'main.back'],
  );

  expectSteps(
    'passes over the instruction after a load of SS',
    `
main:   ${stepOn}
        mov     eax, ss
.load:  mov     ss, eax
        nop
.behind:
        jmp     stop
`,
    ['main.load', 'main.behind'],
  );

  expectSteps(
    'each element of a repeated instruction, with its own EIP until it is done',
    `
main:   mov     edi, FREE
        mov     ecx, 20
        ${stepOn}
.repeat:
        rep stosb
.behind:
        jmp     stop
`,
    [...new Array(19).fill('main.repeat'), 'main.behind'],
  );

  expectSteps(
    'begins after the instruction that IRET returns to',
    `
main:   mov     dword [hook], nothing
        push    dword 0x102
        push    dword CODE
        push    dword .target
        iretd
.target:
        nop
.behind:
        jmp     stop
`,
    ['main.behind'],
  );

  expectSteps(
    'after MMX instructions that find the registers as x87 left them',
    `
main:   fninit
        mov     edi, FREE
        mov     eax, cr4
        or      eax, 0x200                      ; OSFXSR
        mov     cr4, eax
        mov     dword [hook], nothing
        push    dword 0x102
        push    dword CODE
        push    dword .target
        iretd
.target:
        paddb   mm0, mm1
.emptied:
        fninit
.again: movd    mm2, eax
.inited:
        fninit
.convert:
        cvtpi2ps xmm0, mm1
.converted:
        fninit
.masked:
        maskmovq mm0, mm1
.behind:
        jmp     stop
`,
    ['main.emptied', 'main.again', 'main.inited', 'main.convert', 'main.converted', 'main.masked', 'main.behind'],
  );

  expectSteps(
    'not after INT: the handler runs with TF clear, what it returns to is stepped over',
    `
main:   mov     dword [system_call], .call
        ${stepOn}
        int     0x80
.back:  nop
.behind:
        jmp     stop
.call:  nop
        iretd
`,
    ['main.behind'],
  );
});
