import type { Case } from '../kernel.ts';
import { segment } from '../layout.ts';
import { put } from './assembly.ts';

/** Instructions of level 0, tried at level 3. */
const privileged = [
  ...[
    'hlt',
    'clts',
    'lgdt [DATA_AT]',
    'lidt [DATA_AT]',
    'lldt ax',
    'ltr ax',
    'lmsw ax',
    'mov eax, cr0',
    'mov cr0, eax',
  ],
  ...[
    'mov eax, cr4',
    'mov cr3, eax',
    'mov dr7, eax',
    'invd',
    'wbinvd',
    'invlpg [DATA_AT]',
    'rdmsr',
    'wrmsr',
    'cli',
    'sti',
  ],
  ...['smsw eax', 'sgdt [DATA_AT]', 'sidt [DATA_AT]', 'sldt eax', 'str eax', 'rdtsc', 'sysexit', 'rdpmc'],
];
const results = '\n mov eax, 1\n xor edx, edx\n int 0x81';

/** Control registers and what is tried to be written. */
const controls: Readonly<Record<string, string>> = {
  'CR0, NW without CD': 'mov eax, 0x20000011\n mov cr0, eax',
  'CR0, reserved bits': 'mov eax, cr0\n or eax, 0x1000\n mov cr0, eax\n mov eax, cr0',
  CR1: 'db 0x0f, 0x20, 0xc8',
  CR5: 'db 0x0f, 0x20, 0xe8',
  CR8: 'db 0xf0, 0x0f, 0x20, 0xc0',
  'LMSW does not clear PE': 'xor eax, eax\n lmsw ax\n mov eax, cr0',
  'LMSW sets MP, EM and TS': 'mov eax, 15\n lmsw ax\n mov eax, cr0\n clts\n mov ebx, cr0',
  'an MSR that does not exist': 'mov ecx, 0x12345\n rdmsr',
  'SYSENTER without a CS': 'xor eax, eax\n xor edx, edx\n mov ecx, 0x174\n wrmsr\n sysenter',
  SYSENTER:
    'xor edx, edx\n mov ecx, 0x174\n mov eax, CODE\n wrmsr\n inc ecx\n mov eax, STACK_AT\n wrmsr\n inc ecx\n mov eax, LAND_AT\n wrmsr\n xor eax, eax\n call ring3\n sysenter',
  SYSEXIT:
    'xor edx, edx\n mov ecx, 0x174\n mov eax, 0x38\n wrmsr\n mov edx, LAND_AT\n mov ecx, STACK3_AT\n xor eax, eax\n sysexit',
  'RDTSC with TSD at level 3': 'mov eax, 4\n mov cr4, eax\n call ring3\n rdtsc',
  'x87 with EM': 'mov eax, cr0\n or eax, 4\n mov cr0, eax\n fld1',
  'x87 with TS': 'mov eax, cr0\n or eax, 8\n mov cr0, eax\n fld1',
  'WAIT with TS, without MP': 'mov eax, cr0\n or eax, 8\n mov cr0, eax\n db 0x9b\n mov eax, 1',
  'WAIT with TS and MP': 'mov eax, cr0\n or eax, 10\n mov cr0, eax\n db 0x9b',
  'SSE with EM': 'mov eax, 0x200\n mov cr4, eax\n mov eax, cr0\n or eax, 4\n mov cr0, eax\n db 0x0f, 0x57, 0xc0',
  'SSE without OSFXSR': 'db 0x0f, 0x57, 0xc0',
  'SSE with TS': 'mov eax, 0x200\n mov cr4, eax\n mov eax, cr0\n or eax, 8\n mov cr0, eax\n db 0x0f, 0x57, 0xc0',
  'SSE operand that is not aligned': 'mov eax, 0x200\n mov cr4, eax\n mov esi, DATA_AT + 4\n db 0x0f, 0x57, 0x06',
  'an x87 error that waits':
    'fninit\n mov word [DATA_AT], 0x300\n fldcw [DATA_AT]\n fldz\n fld1\n fdivrp st1, st0\n nop\n fld1',
};

/** More than one thing is wrong. */
const priorities: Readonly<Record<string, string>> = {
  'LOCK on a register': 'lock inc eax',
  'LOCK on an instruction that does not take it, with a bad address':
    'xor eax, eax\n mov fs, ax\n db 0xf0, 0x64, 0x8b, 0x00',
  'a null segment': 'xor eax, eax\n mov fs, ax\n mov eax, [fs:0]',
  'sixteen bytes': 'times 15 db 0x2e\n nop',
  'fifteen bytes': 'times 14 db 0x2e\n nop\n int 0x81',
  'a write to code': 'mov [cs:DATA_AT], eax',
  'a read of code that cannot be read': `${put('FREE', segment({ access: 0x99 }))} jmp FREE:.x\n.x: mov eax, [cs:DATA_AT]`,
  'a write to data that is read-only': `${put('FREE', segment({ access: 0x91 }))} mov ax, FREE\n mov fs, ax\n mov [fs:0], eax`,
  'an inner level of data at level 3': 'call ring3\n mov ax, DATA\n mov fs, ax',
  'SS with an RPL that is not the CPL': 'mov ax, DATA3\n mov ss, ax',
  'SS null': 'xor ax, ax\n mov ss, ax',
  'MOV to CS': 'db 0x8e, 0xc8',
  'a far jump to level 3': 'jmp CODE3:LAND_AT',
  'a far jump with a null selector': 'jmp 0:LAND_AT',
  'a far jump to data': 'jmp DATA:LAND_AT',
  'a far jump beyond the limit': `${put('FREE', segment({ access: 0x9b, limit: 0xff, flags: 4 }))} jmp FREE:0x100`,
  'a near jump beyond the limit': `${put('FREE', segment({ access: 0x9b, limit: 0x7fff, flags: 4 }))} mov dword [LAND_AT], 0x001000e9\n mov byte [LAND_AT + 4], 0\n jmp FREE:LAND_AT`,
  'code that runs into the limit': `${put('FREE', segment({ access: 0x9b, limit: 0x7001, flags: 4 }))} mov dword [LAND_AT], 0x00b89090\n jmp FREE:LAND_AT`,
  'an instruction across the limit': `${put('FREE', segment({ access: 0x9b, limit: 0x7002, flags: 4 }))} mov dword [LAND_AT], 0x0010b890\n jmp FREE:LAND_AT`,
  'BOUND below': 'mov dword [DATA_AT], 5\n mov dword [DATA_AT + 4], 9\n mov eax, 4\n bound eax, [DATA_AT]',
  'BOUND at the upper bound':
    'mov dword [DATA_AT], 5\n mov dword [DATA_AT + 4], 9\n mov eax, 9\n bound eax, [DATA_AT]\n int 0x81',
  INTO: 'mov al, 127\n inc al\n into',
  'AAM 0': 'aam 0',
  'DIV by 0': 'xor ecx, ecx\n div ecx',
  'IDIV that overflows': 'mov eax, 0x80000000\n cdq\n mov ecx, -1\n idiv ecx',
  'CMPXCHG8B of a register': 'db 0x0f, 0xc7, 0xc8',
  'a stack limit and a page fault': `call paging\n mov dword [PAGE_TABLE_AT + 0x1d * 4], 0\n ${put('FREE', segment({ access: 0xf3, base: 0x1d000, limit: 0xf, flags: 4 }))} call ring3\n mov ax, FREE + 3\n mov ss, ax\n mov esp, 0x20\n push eax`,
  'POP to memory that faults leaves ESP': 'xor eax, eax\n mov fs, ax\n pop dword [fs:0]',
  'ENTER without room': `${put('FREE', segment({ access: 0xf3, base: 0x1d000, limit: 0xff, flags: 4 }))} call ring3\n mov ax, FREE + 3\n mov ss, ax\n mov esp, 0x10\n enter 0x20, 3`,
  'PUSHA without room': `${put('FREE', segment({ access: 0xf3, base: 0x1d000, limit: 0xff, flags: 4 }))} call ring3\n mov ax, FREE + 3\n mov ss, ax\n mov esp, 0x10\n pushad`,
  'an expand-down segment below its limit': `${put('FREE', segment({ access: 0x97, base: 0, limit: 0xffff, flags: 4 }))} mov ax, FREE\n mov fs, ax\n mov eax, [fs:0x10000]\n mov eax, [fs:0xfffe]`,
  'a small expand-down segment': `${put('FREE', segment({ access: 0x97, base: 0, limit: 0xff, flags: 0 }))} mov ax, FREE\n mov fs, ax\n mov eax, [fs:0x100]\n mov eax, [fs:0xfffd]`,
  'LES beyond the limit': `${put('FREE', segment({ access: 0x93, base: 0x1d000, limit: 0xf, flags: 4 }))} mov ax, FREE\n mov fs, ax\n les eax, [fs:0xb]`,
  'LFS of a bad selector': 'mov dword [DATA_AT], 5\n mov word [DATA_AT + 4], 0x1000\n lfs eax, [DATA_AT]',
  'STI holds off nothing but an interrupt': 'sti\n ud2',
  'an undefined opcode': 'db 0x0f, 0x0b',
};

const alignment: Readonly<Record<string, string>> = {
  'a word': 'mov ax, [DATA_AT + 1]',
  'a doubleword at 2': 'mov eax, [DATA_AT + 2]',
  'a write': 'mov [DATA_AT + 1], eax',
  'a push': 'dec esp\n push eax',
  'a quadword at 2': 'fninit\n fld qword [DATA_AT + 2]',
  'ten bytes at 2': 'fninit\n fld tword [DATA_AT + 2]',
  'a selector of FAR': 'les eax, [DATA_AT + 2]',
  'CMPXCHG8B at 2': 'cmpxchg8b [DATA_AT + 2]',
  'a string': 'mov esi, DATA_AT + 1\n lodsd',
  'a descriptor table register': 'sgdt [DATA_AT + 1]',
};

const aligned = (level: string, flags: number, code: string): string =>
  `mov eax, cr0\n or eax, 0x40000\n mov cr0, eax\n push dword ${flags | 2}\n popfd\n ${level}${code}\n push dword 2\n popfd\n int 0x81`;

export const checkCases: readonly Case[] = [
  ...privileged.map((code) => ({ name: `level 3: ${code}`, code: `call ring3\n ${code}${results}` })),
  ...Object.entries({ ...controls, ...priorities }).map(([name, code]) => ({ name, code: `${code}\n int 0x81` })),
  ...Object.entries(alignment).flatMap(([name, code]) => [
    { name: `alignment at level 3: ${name}`, code: aligned('call ring3\n ', 0x40000, code) },
    { name: `alignment at level 0: ${name}`, code: aligned('', 0x40000, code) },
    { name: `alignment at level 3 without AC: ${name}`, code: aligned('call ring3\n ', 0, code) },
  ]),
  ...['DATA', 'DATA3', 'CODE', 'CONFORMING', 'TSS', 'TSS_B', 'LDT', '0', '0x1000', 'FREE'].flatMap((selector) =>
    ['', 'call ring3\n'].map((enter) => ({
      name: `LAR, LSL, VERR and VERW of ${selector} at level ${enter ? 3 : 0}`,
      code: `${enter}mov esi, ${selector}\n mov eax, 0x55\n lar eax, esi\n setz cl\n lsl ebx, esi\n setz ch\n verr si\n setz dl\n verw si\n setz dh\n int 0x81`,
    })),
  ),
  ...[
    ['0x10', '0x13'],
    ['0x13', '0x10'],
    ['0x11', '0x12'],
    ['0x12', '0x12'],
  ].map(([left, right]) => ({
    name: `ARPL of ${left} and ${right}`,
    code: `mov eax, ${left}\n mov ebx, ${right}\n arpl ax, bx\n setz cl\n int 0x81`,
  })),
  {
    name: 'A20 closed',
    code: `mov dword [0x100500], 0x11111111\n mov dword [0x500], 0x22222222\n in al, 0x92\n and al, 0xfc\n out 0x92, al
      mov al, 0xd1\n out 0x64, al\n mov al, 0xdd\n out 0x60, al
      mov ebx, [0x100500]\n mov dword [0x100500], 0x33333333\n mov al, 0xd1\n out 0x64, al\n mov al, 0xdf\n out 0x60, al
      in al, 0x92\n or al, 2\n out 0x92, al\n mov eax, [0x500]\n mov ecx, [0x100500]\n int 0x81`,
  },
];
