import type { Random } from '../../../support/random.ts';
import { arithmetic, beforePageEnd, bytes, type Family, hex, lines } from '../snippet.ts';

/** Writes whole instructions in front of them, or NOPs. */
const stringAhead = (random: Random): string => `mov esi, .src
 mov edi, .dst
 mov eax, 0x90909090
 mov ecx, ${1 + random.below(20)}
 ${random.pick(['mov ecx, .end - .src\n rep movsb', 'rep stosb', 'rep stosd', 'lea edi, [.dst + ecx]\n std\n rep stosb\n cld'])}
.dst: times 84 nop
.src: ${arithmetic(random, 5)}
.end: times 60 nop`;

/** A string instruction that writes itself, or parts of instructions behind it. */
const stringOver = (random: Random): string => `mov esi, .src
 mov edi, .dst - ${random.below(3)}
 mov ecx, ${1 + random.below(20)}
 mov eax, 0x90909090
 ${random.pick(['rep movsb', 'rep stosb', 'rep movsd', 'std\n rep movsb\n cld', 'movsd', 'rep stosd'])}
.dst: ${lines(6, () => 'nop')}
.src: ${arithmetic(random, 5)}
 times 60 nop`;

/** Code that changes itself, crosses pages, is entered in the middle of instructions and returns elsewhere. */
export const code: Family = {
  arithmetic: (random) => arithmetic(random, 8),
  'changed operand': (random) => `${random.chance(50) ? beforePageEnd(1 + random.below(12)) : ''}
 inc byte [.t + ${1 + random.below(2)}]
 ${arithmetic(random, random.below(3))}
.t: mov eax, ${hex(random.word())}
 add [sum], eax
 mov word [.u], ${random.pick(['0x9090', '0x4340', '0x00eb', '0xc031'])}
.u: xor ecx, ecx
 xor word [.u], ${random.pick(['0x0808', '0', '0x0100'])}`,
  'a loop across pages that changes': (random) => `mov dword [count], ${2 + random.below(40)}
 ${beforePageEnd(1 + random.below(4))}
 mov eax, ${hex(random.word())}
 jmp .n
.n: add [sum], eax
 add byte [.b + 1 + ${random.below(4)}], ${random.below(100)}
 dec dword [count]
 jnz .b`,
  'a string over what comes next': stringAhead,
  // No address is among the bytes, nor what QEMU takes for something else: they mean the same in every program.
  'jumps into instructions': (random) => `mov ecx, ${2 + random.below(5)}
.a: mov eax, ${hex(random.pick([0x909005eb, 0x04eb4041, 0x90404243]))}
 lea edi, [ebp + eax]
 dec ecx
 jz .o
 test cl, 1
 jz near .a
 jmp .a + ${1 + random.below(4)}
 times 4 nop
.o:`,
  'deep calls': (random) => `mov ecx, ${random.pick([5, 20, 100, 300])}
 mov dword [function], .f
 call [function]
 jmp .o
.f: dec ecx
 jz .end
 ${random.pick(['call [function]', 'call .f', 'push dword .r\n jmp .f\n.r:', 'call [function]\n test cl, 3\n jz .k\n nop\n.k:'])}
 ${random.pick(['', 'inc dword [sum]', 'test ecx, 1'])}
 ${random.pick(['ret', 'ret 0', 'pop eax\n jmp eax', 'xchg eax, [esp]\n xchg eax, [esp]\n ret'])}
.end: ${random.pick(['ret', 'mov esp, KERNEL_STACK\n jmp .o', 'add esp, 8\n ret', 'mov eax, .g\n mov [function], eax\n ret', 'push dword .g\n ret'])}
.g: inc dword [sum]
 ret
.o:`,
  'an atomic change of what runs next': (random) => `mov edi, .t + 1
 ${random.chance(30) ? 'jmp .t\n align 4096\n times 4093 nop\n' : ''}
 ${random.pick(['lock xadd [edi], al', 'xchg [edi + 1], ah', 'lock inc dword [edi]', 'bts dword [edi], 5', 'xchg [FREE + 4094], eax', 'lock add dword [FREE + 4095], 3', 'movd mm0, eax\n movd [edi], mm0\n emms', 'movd xmm0, eax\n movss [edi], xmm0', 'lock cmpxchg [edi], ecx', 'lock cmpxchg8b [FREE + 4092]', 'shld [edi], eax, 5'])}
.t: mov ecx, ${hex(random.word())}
 add [sum], ecx
 inc byte [.t + 2]`,
  'code that is written and called': (random) => `mov edi, FREE + ${hex(random.pick([0x2000, 0x2ffd, 0x2fff, 0x2abc]))}
 mov ebx, edi
 mov ecx, ${1 + random.below(6)}
.l: mov byte [edi], 0xb8
 mov [edi + 1], ${random.pick(['ecx', 'ebx', 'esp', 'edi'])}
 ${random.pick(['mov word [edi + 5], 0xc390', 'mov byte [edi + 5], 0xc3', 'mov dword [edi + 5], 0xc3404290'])}
 call edi
 add [sum], eax
 ${random.pick(['', 'inc edi', 'add edi, 4096', 'xor edi, 1', 'lea edi, [edi + 3]'])}
 dec ecx
 jnz .l`,
  'a branch that changes its way': (random) => `mov ecx, ${random.pick([3, 10, 60])}
.l: ${random.pick(['cmp ecx, 5', 'test cl, 3', 'bt ecx, 1'])}
.j: jz .m
 inc ebx
.m: ${random.pick(['xor byte [.j], 1', 'xor byte [.j + 1], 0', 'test cl, 7\n jnz .n\n xor byte [.j], 1\n.n:'])}
 add [sum], ebx
 loop .l`,
};

/** Instructions of which the manual does not say whether they are fetched again, and bytes that may be anything. */
export const anyCode: Family = {
  'a string over itself': stringOver,
  'random bytes': (random) => `mov edi, FREE + 0x100
 mov esi, FREE + 0x300
 mov ecx, 4
 mov ebx, FREE + 0x500
 mov edx, ${random.below(0x4000)}
 mov eax, FREE + 0x700
 ${bytes(random, 3 + random.below(12))}
 times 8 nop`,
  'LOCK before anything': (random) => `mov edi, FREE
 db 0xf0
 ${random.chance(50) ? bytes(random, 7) : random.pick(['mov [edi], eax', 'cmp [edi], eax', 'xchg [edi], eax', 'bt [edi], eax', 'bts [edi], eax', 'add eax, [edi]', 'inc ecx', 'not dword [edi]', 'xadd [edi + 4093], eax', 'jmp .z'])}
.z: nop
 add [sum], eax`,
};
