import { arithmetic, type Family, hex } from '../snippet.ts';

/** The x87 unit and SSE with exceptions unmasked, or in memory that is code. */
export const units: Family = {
  x87: (random) => `mov eax, cr0
 ${random.pick(['or', 'and'])} eax, ${random.pick(['0x20', '~0x20', '~8'])}
 mov cr0, eax
 fninit
 push dword ${hex(0x300 | random.below(64))}
 fldcw [esp]
 add esp, 4
 fld1
 fldz
 ${random.pick(['fdivp st1, st0', 'fsqrt', 'fld qword [FREE + 3]', 'fist word [FREE]', 'fbstp [FREE]', 'fxtract', 'fyl2x', 'fadd st0, st7', 'fld tword [FREE + 5]'])}
 ${arithmetic(random, 2)}
 ${random.pick(['fwait', 'fld1', 'fnstsw ax\n add [sum], eax', 'fnsave [FREE + 0x200]', 'emms', 'movd mm0, ecx', 'fxsave [FREE + 0x400]', 'fnclex', 'fnstenv [.t]\n.t: times 28 nop'])}
 ${random.pick(['fwait', 'fnstsw ax\n add [sum], eax', 'fnclex', ''])}
 fnclex`,
  SSE: (random) => `push dword ${hex(random.below(0x10000))}
 ldmxcsr [esp]
 add esp, 4
 ${random.pick(['divps xmm0, xmm1', 'sqrtps xmm0, [FREE]', 'movaps xmm0, [FREE + 1]', 'cvtps2pi mm0, xmm1', 'addsd xmm0, xmm1', 'fxrstor [FREE + 0x400]', 'fxsave [.t]', 'movnti [.t], eax', 'cvttsd2si eax, xmm0', 'clflush [.t]'])}
 add [sum], eax
 jmp .o
 align 16
.t: times 520 nop
.o:`,
};
