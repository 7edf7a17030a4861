import { bytes, type Family, hex, inShortCode, lines } from '../snippet.ts';

/** In 16-bit code of protected mode; SI, DI, BX and CX hold offsets near the ends of a segment. */
const shortInstructions = [
  'int 3',
  'mov ax, [si]',
  'push ax\n pop cx',
  'add al, [bp + di]',
  'mov cx, 3\n rep movsb',
  'lodsw',
  'stosd',
  'pusha\n popa',
  'pushad\n popad',
  'call $ + 3\n pop dx',
  'inc cx',
  'mov [0xffff], al',
  'xlat',
  'aam 0',
  'enter 8, 3\n leave',
  'loop $ + 2',
  'jcxz $ + 2',
  'cmpsw',
  'mov eax, [eax + ebx * 2]',
  'push dword 5\n pop ax\n pop bx',
  'les si, [bx]',
  'mov eax, esp\n xor ax, ax\n add ecx, eax',
  'movsx eax, byte [si]\n bts [bx], cx',
  'db 0x67\n lodsb',
  'db 0x67, 0xe2, 0',
  'pushf\n and word [esp], 0xff2a\n popf',
];

/** Segments whose limits are not met. */
export const segments: Family = {
  '16-bit code': (random) =>
    `mov esi, ${hex(random.pick([0x100, 0xfff, 0xa000 + random.below(0x1000)]))}
 mov edi, 0xa000
 mov ebx, ${hex(0xa000 + random.below(0x1000))}
 mov ecx, ${random.pick([1, 2, 3, 9, 0x10002])}
 mov ebp, 0xa800
 ${inShortCode(lines(5, () => random.pick(shortInstructions.filter((one) => !/0xffff|aam 0|enter|les/.test(one)))))}`,
  'a 16-bit stack': (random) => `mov ax, 0x38
 mov ss, ax
 mov esp, ${hex(random.pick([0x12345678, 0xffffa100, 0xa104]))}
 ${random.pick(['push eax\n pop ecx', 'pushad\n popad', 'mov ebp, 0x5000a200\n leave', 'call .f\n jmp .o\n.f: ret 4', 'enter 6, 2\n mov eax, esp', 'pushfd\n push dword 8\n push dword .o\n iretd', 'call 8:.f\n jmp .o\n.f: retf', 'push ss\n pop ss\n inc ecx', 'sub sp, 8\n add esp, 8\n push ax'])}
.o: mov eax, esp
 add eax, ebp`,
  'a segment with a base': (random) => `mov ax, ${random.pick(['0x58', '0xa8'])}
 mov ${random.pick(['ds', 'es', 'fs'])}, ax
 mov fs, ax
 mov esi, ${hex(random.below(0x80))}
 mov edi, ${hex(random.below(0x80))}
 mov ecx, 12
 ${random.pick(['rep movsb', 'rep movsd', 'lodsd\n stosd', 'mov eax, [esi]', 'add [es:edi], eax', 'fs movsb', 'mov eax, [fs:esi]\n add [fs:edi], eax', 'mov bx, ds\n mov gs, bx\n mov eax, [gs:edi]'])}
 add [ss:sum], eax`,
  'a local table': (random) => `mov dword [LOCAL_TABLE], ${hex(random.pick([0x0000ffff, 0xffff, 0x1000ffff]))}
 mov dword [LOCAL_TABLE + 4], ${hex(random.pick([0x00cf9300, 0x00cff300, 0x00cf9b00, 0x00cf9200, 0x00cf1300, 0x00cf9f00, 0x00008200, 0x0000e900]))}
 mov ax, ${random.pick(['0x78', '0x78', '0x78', '0', '0x10'])}
 lldt ax
 mov ax, ${random.pick(['4', '5', '7', '0x0c', '4', '4'])}
 ${random.pick(['mov ds, ax', 'mov es, ax\n mov ecx, [es:esi]', 'lar ecx, eax\n lsl edx, eax', 'verr ax\n setz cl\n verw ax\n setz dl', 'mov ss, ax', 'mov fs, ax\n mov byte [LOCAL_TABLE + 5], 0\n mov ecx, [fs:FREE]', 'push eax\n push dword .o\n retf', 'mov gs, ax\n mov ecx, [LOCAL_TABLE + 4]'])}
.o: mov eax, [ss:LOCAL_TABLE + 4]
 and eax, 0xff00
 add [ss:sum], eax
 xor eax, eax
 lldt ax`,
  'loads of segments': (random) => `mov eax, ${hex(random.chance(70) ? random.below(0xc0) : random.below(0x10000))}
 ${random.pick(['mov ds, ax', 'mov es, ax', 'mov fs, ax', 'mov ss, ax', 'lar ecx, eax\n setz bl', 'lsl ecx, eax\n setz bl', 'verr ax\n setz bl', 'verw ax\n setz bl', 'arpl ax, bx\n setz cl', 'push eax\n pop gs', 'mov [FREE + 4], ax\n lfs edx, [FREE]', 'str bx\n sldt cx', 'mov gs, ax\n mov bx, gs'])}
 mov cx, ds`,
  'far jumps': (random) => `push dword ${random.pick(['8', '0x1b', '8', '0', '0x10', '0x0b', '0x98', '0x99', '0x9b'])}
 push dword ${random.pick(['.k', '.k + 1', '.k'])}
 ${random.pick(['retf', 'jmp far [esp]', 'call far [esp]', 'pop eax\n pop ecx\n pushfd\n push ecx\n push eax\n iretd', 'retf 8'])}
.k: nop
 nop
 mov ax, cs
 add [ss:sum], eax`,
};

/** Segments whose limits and types count. */
export const limits: Family = {
  '16-bit code at the ends of segments': (random) => `mov ax, ${random.pick(['0x38', '0x58', '0x60', '0x10', '0x70'])}
 mov ${random.pick(['ds', 'es', 'fs'])}, ax
 mov ax, ds
 ${random.chance(40) ? `mov ax, ${random.pick(['0x38', '0x58', '0x60'])}\n mov ss, ax\n mov esp, ${hex(random.pick([0, 1, 2, 3, 0xfffe, 0x10000, 0xffff, 0x80, 0x12340004]))}` : ''}
 mov esi, ${hex(random.pick([0xfffe, 0xffff, 0xfffd, 0x100, random.below(0x10000)]))}
 mov edi, ${hex(random.pick([0xfffe, 0xffff, 0xfffc, 0xa000, 0xf0000]))}
 mov ecx, ${random.pick([1, 2, 3, 9, 0x10002])}
 mov ebx, ${hex(random.below(0x10000))}
 jmp 0x30:SHORT_CODE
.o:`,
  'the ends of code': (random) => `mov edi, WINDOW + 0xfff0
 mov eax, 0x90909090
 mov ecx, 8
 rep stosd
 mov dword [WINDOW], 0x06eb9090
 mov word [WINDOW + 0xfffe], ${hex(random.word() & 0xffff)}
 mov byte [WINDOW + 0xffff], ${random.pick(['0x90', '0x66', '0xf3', '0xb8', '0x0f', '0xeb', '0xcc'])}
 mov byte [WINDOW + 0x10000], 0xcb
 jmp 0x50:${hex(random.pick([0xffff, 0xfffe, 0xfffd, 0xfff8]))}`,
  'accesses at limits': (random) => `mov ax, ${random.pick(['0x58', '0x60', '0x70', '0x38', '0xa8'])}
 mov ${random.pick(['ds', 'es', 'ss'])}, ax
 mov esi, ${hex(random.pick([0xf8, 0xfe, 0xff, 0x100, 0xfff, 0xffe, 0x1000, 0xfffffff0, 0]))}
 mov edi, ${hex(random.pick([0xf8, 0xfe, 0xff, 0x1000, 0xffd, 0xfffffffc, 0xffffffff]))}
 mov ecx, 12
 ${random.pick(['rep movsb', 'rep movsd', 'std\n rep stosd', 'repe cmpsb', 'lodsd\n stosd', 'push eax', 'mov eax, [esi]', 'add [edi], eax', 'repne scasw', 'mov esp, edi\n push eax\n pop ecx', 'fld tword [esi]', 'movups xmm0, [esi]', 'call .z\n.z: pop eax', 'enter 4, 2', 'pushad'])}
 add [ss:sum], eax`,
  'a stack that is nowhere': (
    random,
  ) => `mov esp, ${hex(random.pick([0x500000, 0x400002, 0x400003, 4, 0, 1, 0xfffffffe, 0x3ffffe, 0xb8002]))}
 ${random.pick(['push eax', 'call .k', 'pushad', 'int 3', 'ud2', 'popad', 'push dword [esp]', 'pop dword [esp]', 'enter 4, 31', 'pushfd', 'call 8:.k', 'leave', 'ret'])}
.k: nop`,
  'any descriptor': (random) => `mov dword [wide_gdt + 0xb8], ${hex(random.word())}
 mov dword [wide_gdt + 0xbc], ${hex(random.word() | (random.chance(80) ? 0x8000 : 0))}
 mov eax, 0xb8
 mov esi, ${hex(random.word())}
 ${random.pick(['mov ds, ax\n mov ecx, [0]\n mov ecx, [esi]', 'mov es, ax\n mov [es:FREE], ecx', 'mov ss, ax\n push eax', 'call 0xb8:0', 'jmp 0xb8:.o', 'lar ecx, eax\n lsl edx, eax', 'verr ax\n verw ax', 'ltr ax', 'lldt ax\n mov ax, 4\n mov fs, ax', 'push eax\n push dword .o\n retf', 'pushfd\n push eax\n push dword .o\n iretd', 'push dword 0x4002\n popfd\n mov word [task_state], ax\n iretd'])}
.o: ${bytes(random, 0 + random.below(2)).replace(/^db $/, '')}
 nop`,
};
