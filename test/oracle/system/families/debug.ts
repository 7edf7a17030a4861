import { arithmetic, type Family, hex } from '../snippet.ts';

/** One instruction after the other: the trap flag where nothing delays it. */
export const steps: Family = {
  'single steps': (random) => `push dword 0x102
 popfd
 ${arithmetic(random, 4)}
 ${random.pick(['mov ecx, 5\n mov esi, FREE\n mov edi, FREE + 8\n rep movsb', 'int 3', 'int 0x60', 'pushfd\n and dword [esp], 0x102\n pop eax', 'call .q\n jmp .r\n.q: ret\n.r:', 'inc byte [.x + 1]\n.x: mov al, 5', 'mov edi, .y\n mov al, 0x40\n stosb\n.y: nop', 'mov ecx, 3\n.l: loop .l', 'cpuid\n xor eax, eax\n xor ebx, ebx\n xor ecx, ecx\n xor edx, edx', 'mov eax, cr3\n mov cr3, eax', 'lgdt [wide_gdt_register]', 'jmp 8:.z\n.z: nop'])}
 push dword 2
 popfd`,
};

/** Breakpoints, and what delays the trap flag. */
export const breakpoints: Family = {
  'debug registers': (random) => `mov eax, ${random.pick(['esp', '.i', 'sum', 'FREE + 0x20', '.i + 1'])}
 ${random.chance(30) ? 'sub eax, 4' : ''}
 mov dr${random.below(4)}, eax
 mov eax, ${hex(((random.word() & 0xffff0000) | (random.word() & 0x3ff)) & ~0x2000)}
 mov dr7, eax
 push ecx
.i: pop ecx
 mov [sum], ecx
 mov [FREE + 0x20], eax
 push dword [FREE + 0x20]
 pop dword [FREE + 0x24]
 ${arithmetic(random, 3)}
 mov esi, FREE
 mov edi, FREE + 0x20
 mov ecx, 9
 rep movsb
 call .f
 xor eax, eax
 mov dr7, eax
 jmp .e
.f: ret
.e:`,
  'steps with a shadow': (random) => `push dword ${hex(0x102 | (random.chance(30) ? 0x200 : 0))}
 popfd
 ${random.pick(['mov ax, ss\n mov ss, ax\n inc ecx', 'sti\n nop', 'push ss\n pop ss\n int 3', 'mov ax, ss\n mov ss, ax\n mov ss, ax\n inc ecx', 'iretd', 'hlt'])}
 ${arithmetic(random, 2)}
 push dword 2
 popfd`,
};
