import type { Case } from '../kernel.ts';

/** A page of DATA that a case changes. */
const PAGE = 0x1e000;
const entry = (wide: boolean): string =>
  wide ? `WIDE_TABLE_AT + ${(PAGE >> 12) * 8}` : `PAGE_TABLE_AT + ${(PAGE >> 12) * 4}`;

const accesses: Readonly<Record<string, string>> = {
  read: `mov eax, [${PAGE}]`,
  write: `mov dword [${PAGE}], 5`,
  'read-modify-write': `inc dword [${PAGE}]`,
  fetch: `mov eax, ${PAGE}\n jmp eax`,
  'write that crosses into it': `mov dword [${PAGE} - 2], 5`,
  'write that crosses out of it': `mov dword [${PAGE} + 0xffe], 5`,
  push: `mov esp, ${PAGE} + 8\n push eax`,
};
const SUPERVISOR = 'supervisor';
const levels: Readonly<Record<string, string>> = { [SUPERVISOR]: '', user: 'call ring3\n' };
const rights: Readonly<Record<string, string>> = {
  'not present': '6',
  'read-only, of the supervisor': '1',
  'read-only': '5',
  'of the supervisor': '3',
  writable: '7',
};
/** At the end, the entry with its A and D bits. */
const look = (wide: boolean): string => `\n mov ebx, [${entry(wide)}]\n and ebx, 0xfff\n int 0x81`;

function simple(): Case[] {
  return Object.entries(levels).flatMap(([level, enter]) =>
    Object.entries(rights).flatMap(([right, bits]) =>
      Object.entries(accesses).flatMap(([access, code]) =>
        (level === SUPERVISOR ? [false, true] : [false]).map((protects) => ({
          name: `${level} ${access} of a page ${right}${protects ? ', WP' : ''}`,
          code: `call paging\n mov dword [${entry(false)}], ${PAGE} + ${bits}\n mov byte [${PAGE}], 0xcd\n mov byte [${PAGE} + 1], 0x81
            ${protects ? 'mov eax, cr0\n or eax, 0x10000\n mov cr0, eax\n' : ''} mov eax, cr3\n mov cr3, eax\n ${enter}${code}${look(false)}`,
        })),
      ),
    ),
  );
}

/** The page itself is written first, where it can be. */
const fill = `mov word [${PAGE}], 0x81cd\n`;

export const pagingCases: readonly Case[] = [
  ...simple().map(({ name, code }) => ({
    name,
    code: code
      .replace(`mov byte [${PAGE}], 0xcd\n mov byte [${PAGE} + 1], 0x81\n`, '')
      .replace('call paging', `${fill} call paging`),
  })),
  ...['0', '1', '3', '5', '7'].flatMap((directory) =>
    ['read', 'write'].map((access) => ({
      name: `user ${access}, directory entry ${directory}`,
      code: `call paging\n mov dword [PAGE_DIRECTORY_AT + 4], PAGE_TABLE_AT + ${directory}\n call ring3
        mov esi, 0x400000 + ${PAGE}\n ${access === 'read' ? 'mov eax, [esi]' : 'mov [esi], eax'}\n int 0x81`,
    })),
  ),
  {
    name: 'accessed and dirty bits of directory and table',
    code: `call paging\n mov dword [PAGE_DIRECTORY_AT + 4], PAGE_TABLE_AT + 7\n mov eax, [0x400000 + ${PAGE}]
      mov eax, [PAGE_DIRECTORY_AT + 4]\n mov ebx, [${entry(false)}]\n mov [0x400000 + ${PAGE}], edx\n mov ecx, [${entry(false)}]\n int 0x81`,
  },
  {
    name: 'a write that faults sets no dirty bit',
    code: `call paging\n mov dword [resume], .next\n mov dword [${entry(false)}], ${PAGE} + 5\n mov dword [${entry(false)} + 4], ${PAGE} + 0x1006
      mov eax, cr0\n or eax, 0x10000\n mov cr0, eax\n mov eax, cr3\n mov cr3, eax\n mov dword [${PAGE} - 2], 1
.next: mov eax, [${entry(false)} - 4]\n mov ebx, [${entry(false)}]\n and eax, 0xfff\n and ebx, 0xfff\n int 0x81`,
  },
  {
    name: 'a 4 MB page',
    code: `call paging\n mov eax, 0x10\n mov cr4, eax\n mov dword [PAGE_DIRECTORY_AT + 4], 0x87\n mov dword [DATA_AT], 0x1234
      mov eax, [0x400000 + DATA_AT]\n mov [0x400000 + DATA_AT], eax\n mov ebx, [PAGE_DIRECTORY_AT + 4]\n int 0x81`,
  },
  {
    name: 'a 4 MB page without PSE',
    code: 'call paging\n mov dword [PAGE_DIRECTORY_AT + 4], PAGE_TABLE_AT + 0x87\n mov eax, [0x400000 + DATA_AT]\n mov ebx, [PAGE_DIRECTORY_AT + 4]\n int 0x81',
  },
  {
    name: 'a reserved bit of a 4 MB page',
    code: 'call paging\n mov eax, 0x10\n mov cr4, eax\n mov dword [PAGE_DIRECTORY_AT + 4], 0x200087\n mov eax, [0x400000]',
  },
  ...['of the supervisor', 'writable'].flatMap((right) =>
    ['read', 'write', 'fetch'].map((access) => ({
      name: `PAE: user ${access} of a page ${right}`,
      code: `${fill} call wide_paging\n mov dword [${entry(true)}], ${PAGE} + ${rights[right]}\n call ring3\n ${accesses[access]}${look(true)}`,
    })),
  ),
  ...['', 'call ring3\n'].flatMap((enter) =>
    ['read', 'fetch'].map((access) => ({
      name: `PAE: ${enter ? 'user' : 'supervisor'} ${access} of a page that is not to be executed`,
      code: `${fill} call wide_paging\n mov ecx, 0xc0000080\n rdmsr\n or eax, 0x800\n wrmsr\n mov dword [${entry(true)} + 4], 0x80000000\n ${enter}${accesses[access]}${look(true)}`,
    })),
  ),
  {
    name: 'PAE: the same bit without NXE',
    code: `call wide_paging\n mov ecx, 0xc0000080\n rdmsr\n and eax, ~0x800\n wrmsr\n mov dword [${entry(true)} + 4], 0x80000000\n mov eax, [${PAGE}]`,
  },
  {
    name: 'PAE: a reserved bit of a table',
    code: `call wide_paging\n mov dword [${entry(true)} + 4], 0x40000000\n mov eax, [${PAGE}]`,
  },
  {
    name: 'PAE: a reserved bit of a directory',
    code: 'call wide_paging\n mov dword [WIDE_DIRECTORY_AT + 8], WIDE_TABLE_AT + 7\n mov dword [WIDE_DIRECTORY_AT + 12], 0x40000000\n mov eax, [0x200000]',
  },
  { name: 'PAE: a pointer that is not present', code: 'call wide_paging\n mov eax, [0x40000000]' },
  {
    name: 'PAE: reserved bits of a pointer',
    code: 'call wide_paging\n mov dword [POINTERS_AT + 8], WIDE_DIRECTORY_AT + 3\n mov eax, cr3\n mov cr3, eax',
  },
  {
    name: 'PAE: a 2 MB page',
    code: 'call wide_paging\n mov dword [WIDE_DIRECTORY_AT + 8], 0x87\n mov dword [DATA_AT], 0x77\n mov eax, [0x200000 + DATA_AT]\n mov ebx, [WIDE_DIRECTORY_AT + 8]\n int 0x81',
  },
  {
    name: 'a page fault whose handler’s stack is not mapped'.replace('’', "'"),
    code: 'mov dword [resume], .x\n call paging\n mov dword [PAGE_TABLE_AT + (STACK0_AT >> 12) * 4 - 4], 0\n.x: int 0x81',
  },
  {
    name: 'a segment limit comes before a page fault',
    code: `call paging\n mov dword [${entry(false)}], 0\n mov dword [GDT_AT + FREE], ${((PAGE & 0xffff) << 16) | 0x0f}\n mov dword [GDT_AT + FREE + 4], 0x409301\n mov ax, FREE\n mov fs, ax\n mov eax, [fs:0x10]`,
  },
  ...['mov eax, [esi]', 'mov [esi], eax', 'add [esi], eax', 'fstp qword [esi]', 'db 0xf3, 0x0f, 0x7f, 0x06'].map(
    (code) => ({
      name: `the lowest page that faults is told: ${code}`,
      code: `call paging\n fninit\n mov eax, 0x200\n mov cr4, eax\n mov dword [${entry(false)}], 0\n mov dword [${entry(false)} + 4], 0
      mov esi, ${PAGE} + 0xffe\n ${code}`,
    }),
  ),
  ...[
    'mov eax, [esi]',
    'mov [esi], eax',
    'add [esi], eax',
    'fstp qword [esi]',
    'db 0xf3, 0x0f, 0x7f, 0x06',
    'xchg [esi], eax',
  ].map((code) => ({
    name: `the first byte that faults is told: ${code}`,
    code: `call paging\n fninit\n mov eax, 0x200\n mov cr4, eax\n mov dword [${entry(false)} + 4], 0
      mov esi, ${PAGE} + 0xffe\n ${code}`,
  })),
  {
    name: 'the lowest page that faults is told',
    code: `call paging\n mov dword [${entry(false)}], 0\n mov dword [${entry(false)} + 4], 0\n mov eax, [${PAGE} + 0xffe]`,
  },
];
