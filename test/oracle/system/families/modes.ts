import { throughRealMode } from '../real-mode.ts';
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

/** Instructions that reach the ends of segments, or set PG without PE: QEMU checks neither. */
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

/** Programs with such instructions, and with some that QEMU does not refuse. */
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
