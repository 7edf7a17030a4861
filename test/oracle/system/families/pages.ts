import type { Random } from '../../../support/random.ts';
import { type Family, hex } from '../snippet.ts';

/** Instructions with several accesses; EAX holds HOLE + a small offset before an end of a page. */
const acrossPages = [
  'mov ecx, [eax]\n add [sum], ecx',
  'mov [eax], ecx',
  'add [eax], ecx',
  'adc word [eax], cx',
  'xchg [eax], ecx',
  'lock xadd [eax], ecx',
  'cmpxchg8b [eax]',
  'lock cmpxchg [eax], ecx',
  'push dword [eax]\n pop dword [eax + 0x2000]',
  'pop dword [eax]',
  'mov esi, eax\n lea edi, [eax + 0x3000]\n mov ecx, 9\n rep movsb',
  'mov esi, eax\n lea edi, [eax + 0x3001]\n mov ecx, 0x500\n rep movsd',
  'lea esi, [eax + 0x2000]\n mov edi, eax\n mov ecx, 7\n std\n rep movsd\n cld',
  'mov edi, eax\n mov ecx, 0x900\n rep stosd',
  'mov edi, eax\n mov ecx, 0x2100\n xor eax, eax\n dec al\n repne scasb',
  'mov esp, eax\n push eax\n pushfd\n pop ecx\n pop edx\n xor ecx, ecx',
  'lea esp, [eax + 0x1000]\n enter 0x1800, 3\n leave',
  'mov esp, eax\n call .f\n jmp .o\n.f: ret',
  'mov esp, eax\n call 8:.f\n jmp .o\n.f: retf',
  'mov esp, eax\n pushfd\n push dword 8\n push dword .o\n iretd',
  'mov [eax], eax\n mov word [eax + 4], 0x10\n les edi, [eax]\n lss esp, [eax]\n push ecx',
  'bts dword [eax], 31\n btc [eax], ecx',
  'shld [eax], ecx, 5\n rcr dword [eax], 3\n neg dword [eax]\n setc [eax + 3]',
  'fld1\n fstp qword [eax]\n fild dword [eax + 0x1000]\n fstp tword [eax + 0x2000]',
  'movups xmm0, [eax]\n movups [eax + 0x1000], xmm0\n movq mm0, [eax]\n movq [eax + 0x2002], mm0\n emms',
  'mov byte [eax], 0xb8\n mov byte [eax + 5], 0xc3\n call eax\n add [sum], eax',
  'mov dword [eax], 0xc3909090\n call eax\n inc byte [eax]\n mov byte [eax], 0x40\n call eax',
  'bound ecx, [eax]',
  'call [eax]',
  'jmp [eax]',
  'mov ebp, esp\n xlat\n movzx ecx, word [eax]\n movsx ecx, byte [eax + 0x1000]',
  'mov dx, 0x80\n mov esi, eax\n mov ecx, 5\n rep outsb',
];

const flushes = [
  'mov eax, cr3\n mov cr3, eax',
  'invlpg [HOLE]\n invlpg [HOLE + 0x1000]\n invlpg [HOLE + 0x2000]\n invlpg [HOLE + 0x3000]\n invlpg [HOLE + 0x4000]\n invlpg [HOLE + 0x5000]',
];

/** Another value of a bit of a control register. */
const changed =
  (register: string, bits: readonly number[]) =>
  (random: Random): string =>
    `mov eax, ${register}\n xor eax, ${hex(random.pick(bits))}\n mov ${register}, eax`;

/** Pages that come and go, and move. */
export const pages: Family = {
  'pages on demand': (random, { entry }) => {
    const rights = Array.from({ length: 5 }, () => random.pick([0, 0, 1, 3, 5, 7, 0x61]));
    const entries = rights.map((right, n) => `mov dword [${entry(`HOLE + ${n * 4096}`)}], HOLE + ${n * 4096 + right}`);
    return `${entries.join('\n')}
 ${random.pick(flushes)}
 mov eax, HOLE + ${random.pick([0, 1]) * 4096 + 4096 - random.below(9)}
 mov ecx, ${random.below(5)}
 mov edx, ${hex(random.word())}
 ${random.pick(acrossPages)}
.o: mov eax, [${entry('HOLE')}]
 add eax, [${entry('HOLE + 0x1000')}]
 add eax, [${entry('HOLE + 0x2000')}]
 mov [sum], eax
 lgdt [wide_gdt_register]
 lidt [wide_idt_register]`;
  },
  'two pages of code change places': (random, { entry }) => `jmp .b
 align 4096
.page: mov eax, ${hex(random.word())}
 add [sum], eax
 ${random.pick(['', 'mov ecx, cr3\n mov cr3, ecx', 'invlpg [.page]'])}
 ret
 align 4096
.other: mov eax, ${hex(random.word())}
 sub [sum], eax
 ret
 align 4096
.b: mov ecx, ${2 + random.below(10)}
.l: push ecx
 call .page
 mov eax, [${entry('.page')}]
 xchg eax, [${entry('.other')}]
 mov [${entry('.page')}], eax
 ${random.pick(['invlpg [.page]\n invlpg [.other]', 'mov eax, cr3\n mov cr3, eax', 'mov eax, cr4\n xor eax, 0x80\n mov cr4, eax'])}
 call .page
 pop ecx
 dec ecx
 jnz .l
 mov eax, .page + 7
 mov [${entry('.page')}], eax
 mov eax, .other + 7
 mov [${entry('.other')}], eax
 mov eax, cr3
 mov cr3, eax`,
  'code changed through another page': (random, { entry }) => `mov dword [${entry('HOLE')}], FREE + 0x3007
 mov dword [${entry('HOLE + 0x1000')}], FREE + ${random.pick(['0x3007', '0x4007'])}
 mov eax, cr3
 mov cr3, eax
 mov edi, ${random.pick(['FREE + 0x3000', 'HOLE'])} + ${random.pick(['0', '0xffd', '0x800'])}
 mov ebx, ${random.pick(['HOLE', 'FREE + 0x3000'])} + ${random.pick(['0', '0xffd', '0x800'])}
 mov dword [edi], 0x90c04090
 mov dword [edi + 4], 0xc3909090
 mov ecx, ${2 + random.below(6)}
.l: call edi
 add [sum], eax
 ${random.pick(['xor byte [ebx + 1], 8', 'xor byte [edi + 1], 8', 'mov dword [ebx], 0xc3c3c340', 'push edi\n mov edi, ebx\n mov al, 0x42\n stosb\n pop edi', 'call ebx'])}
 ${random.pick(['', 'call ebx'])}
 dec ecx
 jnz .l`,
  'the table in a page of code': (random, { entry }) => `mov dword [${entry('HOLE')}], HOLE + ${random.pick([7, 0x67])}
 mov dword [${entry('HOLE + 0x2000')}], ((${entry('HOLE')}) & 0xfffff000) + 7
 mov eax, cr3
 mov cr3, eax
 mov edi, HOLE + 0x2000 + ((${entry('HOLE')}) & 0xfff)
 mov eax, [edi]
 mov ecx, [HOLE]
 and dword [edi], ${random.pick(['~0x60', '~2', '~1', '~0x40'])}
 invlpg [HOLE]
 mov [HOLE + 4], ecx
 mov eax, [edi]
 add [sum], eax`,
  'control registers': (
    random,
  ) => `${random.pick([changed('cr0', [8, 0x10000]), changed('cr4', [0x10, 0x80, 0x200, 0x400])].map((change) => change(random)))}
 ${random.pick(['fld1', 'movups xmm0, [FREE]', 'mov ecx, cr0\n and ecx, 0x8001000f\n add [sum], ecx', 'clts', 'smsw ax\n lmsw ax', 'mov ecx, [FREE]'])}`,
};

/** Programs that depend on how long entries of the TLB live, or on tables that are nonsense. */
export const stalePages: Family = {
  'the table in the code': (random, { nextDirectoryEntry }) => `jmp .b
 align 4096
.tab: times 8 dd 0
.code: mov eax, [.tab + ${random.below(8)}]
 add [sum], eax
 ret
 times 100 nop
 align 4096
.b: mov eax, .tab + 7
 mov [${nextDirectoryEntry}], eax
 mov dword [.tab], FREE + ${hex(random.pick([7, 5, 3, 1, 0x27]))}
 mov dword [.tab + 8], .tab + 7
 mov eax, cr3
 mov cr3, eax
 call .code
 mov eax, [0x400000 + ${random.below(4096)}]
 mov [0x400100], eax
 call .code
 inc byte [0x401011 + ${random.below(4)}]
 call .code
 and dword [.tab], ~0x60
 ${random.pick(['invlpg [0x400000]', ''])}
 mov [0x400104], ecx
 call .code
 ${random.chance(30) ? `jmp 0x40200${random.below(8)}` : ''}`,
  'a directory in the code': (_, { root }) => `jmp .b
 align 4096
.dir: mov eax, [PAGE_DIRECTORY]
 nop
 nop
 nop
 mov [.dir2], eax
 ret
 align 4096
.dir2: times 1024 dd 0
.b: mov esi, ${root}
 mov edi, .dir2
 mov ecx, 8
 rep movsd
 mov eax, .dir2
 mov ebx, cr3
 mov cr3, eax
 call .dir
 mov [.dir2 + 0x40], ecx
 mov cr3, ebx`,
  'no flush': (random, { entry }) => `mov ecx, [HOLE]
 xor dword [${entry('HOLE')}], ${random.pick(['1', '2', '4', '0x1000', '0x40', '0x20'])}
 mov ecx, [HOLE]
 mov [HOLE + 8], ecx
 ${random.pick(['', 'invlpg [HOLE]', 'mov eax, cr3\n mov cr3, eax'])}
 add [HOLE + 8], ecx`,
  'any bit of a control register': (random) => `mov eax, cr${random.pick([0, 4, 3])}
 xor eax, ${hex(random.chance(60) ? 1 << random.below(32) : random.word())}
 mov cr${random.pick([0, 4, 4, 3])}, eax
 mov ecx, [FREE]`,
};
