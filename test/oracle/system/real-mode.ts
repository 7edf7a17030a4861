import type { Random } from '../../support/random.ts';
import type { Paging } from './paging.ts';
import { hex } from './snippet.ts';

/** In protected mode, with CS as real mode had it. */
const earlyInstructions = [
  '',
  ' inc ebx',
  ' mov bp, 0x10\n mov ds, bp\n mov ebp, [dword FREE + 8]\n add ebx, ebp',
  ' push bx\n pop cx',
  ' mov bp, 0x38\n mov ss, bp\n push ecx\n pop edx',
  ' lar ebp, bx\n setz cl',
  ' mov bp, cs\n add bx, bp',
];

const VECTORS = 0x400;
const SEGMENT = 'SHORT_CODE >> 4';

/**
 * Leaves protected mode, and comes back to it. The real mode's interrupt vectors lead to one place by different segments, so that
 * CS tells the vector of an exception.
 * @param wide its instructions use segments that were loaded in protected mode
 */
export function throughRealMode(random: Random, { root }: Paging, code: string, wide: boolean): string {
  const data = random.pick(['mov ax, 0xa00\n mov ds, ax', 'mov cx, 0xa00\n mov ds, cx\n mov es, cx']);
  return ` cli
 mov esi, .c
 mov edi, SHORT_CODE
 mov ecx, .ce - .c
 rep movsb
 xor edi, edi
 mov eax, ((${SEGMENT}) << 16) + .v - .c
.iv: stosd
 sub eax, 0xfff0
 cmp edi, ${VECTORS}
 jb .iv
 mov dword [0x20 * 4], ((${SEGMENT}) << 16) + .t - .c
 lidt [.short]
 xor eax, eax
 mov ax, ${wide ? '0x10' : '0x38'}
 mov ds, ax
 mov es, ax
 mov fs, ax
 mov gs, ax
 mov ecx, ${random.below(20)}
 jmp 0x30:SHORT_CODE
.short: dw ${VECTORS - 1}
 dd 0
.c:
 bits 16
 mov ax, 0x38
 mov ss, ax
 ${random.pick(['mov eax, cr0\n and eax, 0x7ffffffe', 'mov eax, cr0\n and eax, 0x7fffffff\n mov cr0, eax\n and eax, 0xfffffffe'])}
 mov cr0, eax
 ${random.pick(['', 'inc ebx\n nop', 'xor eax, eax\n mov cr3, eax'])}
 jmp (${SEGMENT}):.r - .c
.r: mov ax, 0xa70
 mov ss, ax
 mov esp, ${random.pick([0xfe, 0x100, 0x200])}
 ${wide ? '' : data}
 mov eax, ${hex(random.word())}
 mov bx, ${random.below(0x40)}
 mov si, ${random.below(0x40)}
 mov di, ${random.below(0x40)}
${code}
 jmp .b
.v: mov ax, cs
 pop bx
 pop cx
 pop dx
 and dx, 0x772a
 jmp (${SEGMENT}):.b - .c
.t: push ax
 mov al, 0x20
 out 0x20, al
 pop ax
 iret
.b: cli
 ${random.pick(['mov ebp, cr0\n or ebp, 1\n mov cr0, ebp', 'mov bp, 1\n lmsw bp'])}
${random.pick(earlyInstructions)}
 jmp dword 8:.o
 bits 32
.ce:
.o: mov ebp, ${root}
 mov cr3, ebp
 mov ebp, DATA
 mov ds, bp
 mov es, bp
 mov ss, bp
 lidt [wide_idt_register]`;
}
