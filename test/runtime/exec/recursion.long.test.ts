import { describe, expect, test } from 'vitest';
import { defaultEngine } from '../../../runtime/exec/engine.ts';
import { endValue, Guest, onEveryEngine, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

function expectValue(name: string, expected: number, main: string): void {
  onEveryEngine(name, kernel(main), (_, value) => expect(value).toBe(expected));
}

/** A program with a function that calls itself so deep as ECX tells. */
const recursive = (...parts: string[]) => `
main:   xor     eax, eax
${parts.join('')}
        jmp     exit
down:   push    ecx
        dec     ecx
        jz      .end
        call    down
.end:   pop     ecx
        inc     eax
        ret
wrong:  mov     eax, 1
        jmp     exit
`;
/** So deep, for a number of times. */
const recursion = (depth: number, times: number) => `
        mov     ebp, ${times}
        mov     esp, 0x400000
again${depth}: mov ecx, ${depth}
        call    down
        cmp     esp, 0x400000
        jne     wrong
        dec     ebp
        jnz     again${depth}
`;

describe('calls', () => {
  expectValue('nested deeper than any host’s stack', 50_000 * 20, recursive(recursion(50_000, 20)));

  /** The effect of `walk` of the next program on EAX, from a number and a sum on. */
  const walk = (number: number, sum: number): number => {
    if (number === 0) return sum ^ 5;
    let next = walk(number - 1, (sum * 3 + number) | 0);
    if (number % 256 === 0) next = walk(number >> 3, next ^ number);
    return (next + number) | 0;
  };

  expectValue(
    'of a function by itself, from two places, deeper than calls are nested',
    Array.from({ length: 60 }).reduce<number>((sum) => walk(1500, sum), 1) & 0x7fffffff,
    `
main:   mov     edi, 60
        mov     eax, 1
.again: mov     ecx, 1500
        mov     ebp, esp
        call    walk
        cmp     esp, ebp
        jne     .wrong
        dec     edi
        jnz     .again
        and     eax, 0x7FFFFFFF
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
; EAX: a sum, ECX: a number.
walk:   jecxz   .end
        push    ecx
        lea     eax, [eax + eax * 2]
        add     eax, ecx
        dec     ecx
        call    walk
        mov     ecx, [esp]
        test    cl, cl
        jnz     .sum
        xor     eax, ecx
        shr     ecx, 3
        call    walk
.sum:   pop     ecx
        add     eax, ecx
        ret
.end:   xor     eax, 5
        ret
`,
  );

  expectValue(
    'of a function by itself, now with a number on the x87 stack, now without one',
    3 + 300 * 1000,
    `
main:   fninit
        mov     ecx, 3
        call    walk
        mov     edi, 300
        xor     eax, eax
.again: mov     ecx, 1000
        call    walk
        add     eax, ebx
        xor     ebx, ebx
        dec     edi
        jnz     .again
        fnstsw  [status]
        test    word [status], 0x3FFF
        jz      exit
        mov     eax, 1
        jmp     exit
; Returns at once where ECX is 0; counts in EBX how often 1 + 1 is 2.
walk:   jecxz   .leaf
        push    ecx
        dec     ecx
        call    walk
        fld1
        xor     ecx, ecx
        call    walk
        fadd    dword [one]
        fistp   dword [sum]
        cmp     dword [sum], 2
        jne     .wrong
        inc     ebx
.wrong: pop     ecx
        ret
.leaf:  fld1
        fstp    dword [sum]
        ret
        align   4
one:    dd      0x3F800000
sum:    dd      0
status: dd      0
`,
  );

  expectValue(
    'that are thrown away deep within a function that calls itself',
    400 * 700 + 400,
    `
; Every second time it returns from where it is deepest to the first caller at once.
main:   mov     edi, 400
        xor     eax, eax
.again: mov     ecx, 700
        mov     ebp, esp
        call    down
.back:  inc     eax
        dec     edi
        jnz     .again
        jmp     exit
down:   inc     eax
        dec     ecx
        jz      .end
        call    down
        ret
.end:   test    edi, 1
        jz      .all
        mov     esp, ebp
        jmp     main.back
.all:   ret
`,
  );
});

/** Two functions that call each other so deep as ECX tells, in a page each. */
const mutual = (...parts: string[]) => `
main:   xor     eax, eax
${parts.join('')}
        jmp     exit
wrong:  mov     eax, 1
        jmp     exit
${['down', 'other']
  .map(
    (name, n, names) => `
        align   4096
${name}: push   ecx
        dec     ecx
        jz      .end
        call    ${names[1 - n]}
.end:   pop     ecx
        inc     eax
        ret`,
  )
  .join('')}
`;

/** How often the dispatcher enters code in a run of a program, which makes so many calls. */
async function entriesOf(program: string, calls: number): Promise<number> {
  const guest = new Guest(kernel(program), variants.find(({ name }) => name === 'translator, polling')!);
  try {
    expect(endValue(guest)).toBe(calls);
    return guest.core.engine.dispatcher.metrics.entries;
  } finally {
    await guest.dispose();
  }
}

test('calls that are too deep to be nested give up the frames of their callers now and then: the next ones nest again', async () => {
  // Shallow at first: the region goes on after the call only if that has run.
  const program = mutual(recursion(3, 20_000), recursion(50_000, 20));
  const entries = await entriesOf(program, 3 * 20_000 + 50_000 * 20);
  expect(entries).toBeGreaterThan((50_000 * 20) / (defaultEngine.callDepth + 20));
});

test('a function that calls itself too deep becomes a loop: no frames are given up', async () => {
  const program = recursive(recursion(3, 20_000), recursion(50_000, 20));
  const entries = await entriesOf(program, 3 * 20_000 + 50_000 * 20);
  expect(entries).toBeLessThan((50_000 * 20) / (defaultEngine.callDepth + 20) / 2);
});
