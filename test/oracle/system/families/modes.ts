import type { Random } from '../../../support/random.ts';
import type { Paging } from '../paging.ts';
import { type Family, hex, lines } from '../snippet.ts';

/** In real mode; BX, SI and DI are small, so that no access meets the end of a segment. */
const realInstructions = [
  'add ax, bx\n adc cx, dx',
  'push ax\n pop cx',
  'pusha\n popa',
  'pushad\n popad',
  'pushf\n pop ax\n and ax, 0x72a',
  'pushfd\n and dword [esp], 0x72a\n popfd',
  'mov [si], ax\n add cx, [si + 1]',
  'inc byte [bx + di]',
  'mov cx, 5\n rep movsw',
  'lodsb\n stosw',
  'push cs\n pop es',
  'mov ax, 0xa40\n mov ds, ax',
  'mov ax, 0xa50\n mov es, ax\n mov [es:di], bx',
  'mov word [si], 0x40\n mov word [si + 2], 0xa30\n les di, [si]',
  'call $ + 3\n pop dx',
  'push cs\n call $ + 3\n pop dx\n pop dx',
  'int 0x21',
  'int3',
  'ud2',
  'xor dl, dl\n div dl',
  'smsw cx',
  'mov ecx, cr0\n and ecx, 0xffff',
  'sidt [si]\n mov cx, [si]',
  'lldt ax',
  'str ax',
  'lar ax, bx',
  'verr ax',
  'arpl ax, bx',
  'ltr ax',
  'clts',
  'and bp, 0xfffe\n enter 6, 2\n leave',
  'bound ax, [si]',
  'mov eax, [dword 0x20]\n add ecx, eax',
  'movzx eax, byte [si]\n imul eax, ecx',
  'push dword 0x12345\n pop bp\n pop bp',
  'sti\n nop\n nop\n cli',
  'xchg ax, bx\n cwd\n shl dx, 3',
  'loop $ + 2',
];

/** What meets the ends of segments, or sets PG without PE: QEMU checks neither. */
const refusedInstructions = [
  'mov eax, 0x80000000\n mov cr0, eax',
  'mov eax, 0x20000000\n mov cr0, eax',
  'mov [0xffff], ax',
  'mov eax, [dword 0xfffd]',
  'mov ecx, [dword 0x10000]',
  'mov sp, 2\n push eax\n pop eax',
  'mov bp, 1\n enter 6, 2\n leave',
  'mov si, 0xfffe\n lodsd',
  'mov di, 0xfffb\n mov cx, 3\n rep stosw',
  'jmp dword (SHORT_CODE >> 4):0x10000',
  'lock inc ax',
];

/** Segments that keep their limit of 4 GB in real mode. */
const wideInstructions = [
  'mov eax, [dword FREE + 0x20]',
  'add [dword FREE + 0x31], ecx',
  'mov esi, FREE + 0x40\n db 0x67\n lodsd',
  'mov esi, FREE + 0x40\n mov edi, FREE + 0x80\n mov ecx, 9\n db 0x67\n rep movsd',
  'mov eax, [dword fs:FREE + 0x44]\n mov [dword gs:FREE + 0x48], eax',
  'mov ebx, FREE\n inc word [ebx + 3]',
];

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
function throughRealMode(random: Random, { root }: Paging, code: string, wide: boolean): string {
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

/** Round trips of modes. */
export const modes: Family = {
  'real mode and back': (random, paging) =>
    throughRealMode(
      random,
      paging,
      lines(6, () => random.pick(realInstructions)),
      false,
    ),
  'real mode with segments of 4 GB': (random, paging) =>
    throughRealMode(
      random,
      paging,
      lines(4, () => random.pick(wideInstructions)),
      true,
    ),
  'without paging and back': (random, { root }) => ` cli
 mov eax, cr0
 and eax, 0x7fffffff
 mov cr0, eax
 ${random.pick(['', 'mov ecx, cr3\n mov cr3, ecx', 'xor ecx, ecx\n mov cr3, ecx'])}
 mov ecx, [FREE + ${random.below(64)}]
 add [HOLE + ${random.below(0x2000)}], ecx
 ${random.pick(['', 'mov eax, [0x400000]\n add ecx, eax', 'mov word [.p + 1], 0x1234\n.p: mov eax, 5\n add ecx, eax'])}
 mov eax, ${root}
 mov cr3, eax
 mov eax, cr0
 or eax, 0x80000000
 mov cr0, eax
 ${random.pick(['', 'jmp .o\n nop\n'])}
.o: mov eax, [HOLE + ${random.below(0x2000)}]`,
};

/** The same, with what QEMU does not refuse. */
export const refusedModes: Family = {
  'real mode with faults, and back': (random, paging) =>
    throughRealMode(
      random,
      paging,
      lines(5, () => random.pick(random.chance(40) ? refusedInstructions : realInstructions)),
      false,
    ),
};

const LARGE = 0x400000;
const Entry = { user: 7, supervisor: 3, readOnly: 5, large: 0x80, global: 0x100 } as const;

/** Forgets everything of the large page, global or not. */
const forgets = [
  `invlpg [${LARGE}]`,
  `invlpg [${LARGE + 0x123456}]`,
  'mov eax, cr4\n xor eax, 0x80\n mov cr4, eax\n xor eax, 0x80\n mov cr4, eax',
];

/** Accesses by the large page at LARGE, which begins at the physical address 0; the free memory is in it. */
const largeAccesses = [
  `mov ecx, [${LARGE} + FREE + 4]\n add [sum], ecx`,
  `add [${LARGE} + FREE + 0xffd], edx`,
  `mov dword [${LARGE} + FREE + 0x100], 0xc3404040\n call ${LARGE} + FREE + 0x100`,
  `mov dword [FREE + 0x100], 0xc3404040\n call ${LARGE} + FREE + 0x100\n mov byte [FREE + 0x101], 0x48\n call ${LARGE} + FREE + 0x100`,
  `lea esp, [${LARGE} + FREE + 0x404]\n push ecx\n pop edx`,
  `mov esi, ${LARGE} + FREE\n mov edi, FREE + 0x1ffa\n mov ecx, 0x402\n rep movsd`,
  `xchg [${LARGE} + FREE], ecx`,
];

/** Pages of 2 MB or 4 MB, global and not, and their entries' bits. */
export const largePages: Family = {
  'a large page': (random, { nextDirectoryEntry }) => {
    const entry = () =>
      hex(
        random.pick([Entry.user, Entry.supervisor, Entry.readOnly]) +
          Entry.large +
          (random.chance(50) ? Entry.global : 0) +
          (random.chance(30) ? 0x60 : 0),
      );
    return ` mov ecx, cr4
 or ecx, ${random.pick(['0x90', '0x10', '0x90'])}
 mov cr4, ecx
 mov dword [${nextDirectoryEntry}], ${entry()}
 ${random.pick(forgets)}
 ${random.pick(largeAccesses)}
 ${random.pick(['', 'mov eax, cr3\n mov cr3, eax'])}
 ${random.pick(largeAccesses)}
 mov eax, [${nextDirectoryEntry}]
 add [sum], eax
 mov dword [${nextDirectoryEntry}], ${entry()}
 ${random.pick(forgets)}
 ${random.pick(largeAccesses)}
 mov eax, [${nextDirectoryEntry}]
 mov dword [${nextDirectoryEntry}], 0
 ${random.pick(forgets)}`;
  },
};
