import { arithmetic, type Family, hex } from '../snippet.ts';

/** Interrupts at any moment: what is computed does not depend on them. */
export const interrupts: Family = {
  'work with interrupts': (random) => `sti
 mov esi, FREE
 mov edi, FREE + ${hex(random.pick([0x1ffd, 0x1000, 7]))}
 mov ecx, ${hex(random.pick([0x300, 0x90, 0x1200]))}
 ${random.pick(['rep movsb', 'rep stosd', 'rep lodsb', 'repe cmpsb', '.l: add [sum], ecx\n loop .l', '.l: call .f\n loop .l\n jmp .o\n.f: cli\n sti\n ret\n.o:', '.l: pushfd\n popfd\n loop .l', '.l: mov ax, ss\n mov ss, ax\n inc ebx\n loop .l', '.l: inc byte [.t + 1]\n.t: mov al, 0\n add ebx, eax\n loop .l'])}
 cli
 ${arithmetic(random, 2)}`,
};

/** Programs in which QEMU's devices behave differently, or at other moments. */
export const devices: Family = {
  'HLT and shadows': (random) => `sti
 ${random.pick(['hlt', 'nop\n hlt', 'mov ss, ax', 'int3', 'mov ax, ss\n mov ss, ax\n hlt', 'cli\n nop', 'sti\n cli'])}
 ${arithmetic(random, 2)}
 cli`,
  'DMA into code': (random) => `mov eax, ${random.pick(['.code', '.code - 1', '.code + 2', 'FREE + 0x1000'])}
 bswap eax
 mov [dma + 12], eax
 mov dword [dma + 8], 0
 mov dword [dma + 4], ${hex(random.pick([1, 2, 3, 4]) << 24)}
 mov dword [dma], 0x0a000000
 mov eax, dma
 bswap eax
 mov dx, 0x518
 mov ebp, ${hex(random.word())}
 out dx, eax
.code: ${random.pick(['nop\n nop\n nop\n nop', 'inc ecx\n inc ebx\n dec esi\n inc edx', 'mov ecx, 0x41424344'])}
 add [sum], ebp
 xor byte [.code + ${random.below(4)}], 1
 times 3 nop`,
  'the A20 gate': (random) => `in al, 0x92
 xor al, 2
 and al, 0xfe
 mov ecx, ${1 + random.below(8)}
 mov esi, .f
 mov edi, ${random.pick(['0x330000', '0x331000', '0x330ffc'])}
 ${random.pick(['rep movsd', 'rep movsb'])}
 ${random.chance(50) ? 'out 0x92, al' : ''}
 mov edi, 0x330000
 mov byte [edi + 12], 0xc3
 call edi
 out 0x92, al
 mov byte [0x230002], ${random.below(256)}
 mov byte [0x23000c], 0xc3
 call edi
 mov al, 2
 out 0x92, al
 jmp .o
.f: mov ecx, ${hex(random.word())}
 add edx, ecx
 inc dword [sum]
 ret
 times 20 ret
.o:`,
  'code and stacks in video memory': (random) => `mov esi, .f
 mov edi, ${random.pick(['0xb8000', '0xa0000', '0xa0ffc', '0xb8ffe', '0xbfffc'])}
 mov edx, edi
 mov ecx, 20
 rep movsb
 ${random.pick(['call edx', 'mov esp, edx\n push eax\n call .g\n.g: pop ecx', 'inc dword [edx + 1]\n call edx', 'mov ebp, edx\n enter 16, 3', 'mov ss, [edx]', 'fld tword [edx]\n fstp tword [edx + 2]', 'xchg [edx], eax\n lock xadd [edx + 1], ecx', 'mov ecx, 100\n mov esi, edx\n mov edi, FREE\n rep movsw', 'movups xmm0, [edx]\n movups [edx + 5], xmm0', 'call [edx]', 'pop dword [edx + 3]', 'pusha\n mov esp, edx\n popa'])}
 jmp .o
.f: inc dword [sum]
 mov eax, ${hex(random.word())}
 ret
 times 20 ret
.o:`,
  'model-specific registers': (
    random,
  ) => `mov ecx, ${hex(random.pick([0x174, 0x175, 0x176, 0x1b, 0x277, 0x2ff, 0xc0000080, 0x1a0, 0x1d9, random.below(0x400)]))}
 ${random.pick(['rdmsr', 'rdmsr\n wrmsr', 'xor edx, edx\n mov eax, .s\n wrmsr\n mov ecx, 0x174\n mov eax, 8\n wrmsr\n sysenter', 'sysexit', 'rdpmc', 'rdtsc\n xor eax, eax'])}
.s: nop`,
};
