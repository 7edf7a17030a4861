import type { Case } from '../../protection/kernel.ts';

/** The last page of 4 MB, and its entry in the nested tables, which is empty. */
const PAGE = 0x3ff000;
const ENTRY = 'TABLES + 0x1ffc';

const withTables = (setup: string, code: string, after: string): string =>
  `call paging\n mov eax, .guest\n call begin\n call tables\n mov dword [${ENTRY}], 0\n mov dword [NESTED], 1\n mov dword [NESTED_CR3], TABLES\n ${setup}\n call run\n ${after}\n int 0x81\n.guest: ${code}\n vmmcall`;

/** A guest with the host's page tables, which map 4 MB at their places, and nested tables that do so too except for one page. */
const nested = (name: string, setup: string, code: string, after = ''): Case => ({
  name,
  code: withTables(setup, code, after),
});

/** Nested paging under a guest that has no paging of its own. */
const unpaged = (name: string, setup: string, code: string, after = ''): Case => ({
  name,
  code: withTables(`and dword [G_CR0], 0x7fffffff\n ${setup}`, code, after),
});

/** A guest with PAE paging, and nested tables that are of PAE too. */
const wide = (name: string, setup: string, code: string): Case => ({
  name,
  code: `call wide_paging\n mov eax, .guest\n call begin\n mov dword [NESTED], 1\n mov dword [NESTED_CR3], POINTERS_AT\n ${setup}\n call run\n int 0x81\n.guest: ${code}\n vmmcall`,
});

const mapped = (rights: number, page = 0) => `mov dword [${ENTRY}], DATA_AT + ${page * 0x1000 + rights}`;
const sameGate =
  'mov eax, [IDT_AT + 8 * 0x81]\n mov [IDT_AT + 8 * 0x82], eax\n mov eax, [IDT_AT + 8 * 0x81 + 4]\n mov [IDT_AT + 8 * 0x82 + 4], eax';

const paged: readonly Case[] = [
  nested('nested tables map a page elsewhere', `${mapped(7)}\n mov dword [DATA_AT], 0x4321`, `mov ebx, [${PAGE}]`),
  nested('a page that nested tables do not map is read', '', `mov ebx, [${PAGE + 0x10}]`),
  nested('a page that nested tables do not map is written', '', `mov [${PAGE + 0x20}], ebx`),
  nested(
    'a page that nested tables map for reading is written',
    mapped(5),
    `mov ebx, [${PAGE}]\n mov [${PAGE + 4}], ebx`,
  ),
  nested('a page that nested tables map for supervisors alone', mapped(3), `mov ebx, [${PAGE + 8}]`),
  nested('a page that nested tables do not map is executed', '', `mov ecx, ${PAGE + 0x30}\n jmp ecx`),
  nested(
    'nested tables get accessed and dirty bits',
    mapped(7),
    `mov ebx, [${PAGE}]`,
    `mov ebx, [${ENTRY}]\n sub ebx, DATA_AT`,
  ),
  nested(
    'a page is mapped after the exit',
    'mov dword [DATA_AT + 0x10], 0x9876',
    `mov ebx, [${PAGE + 0x10}]`,
    `${mapped(7)}\n call run`,
  ),
  nested(
    "the guest's own page fault is not the hypervisor's",
    'or dword [EXCEPTION_INTERCEPTS], 0x4000',
    'mov ebx, [0x401044]',
  ),
  nested(
    'a page fault of the guest has its handler',
    'mov dword [resume], .after',
    'mov ebx, [0x401044]\n.after: mov ecx, 5',
  ),
  nested(
    "the guest's page table is not in the nested tables",
    `mov dword [G_CR3], ${PAGE}`,
    'nop',
    'mov eax, [EXIT_2]\n and eax, 0xfffff000\n mov dword [EXIT_2], 0',
  ),
  nested(
    'the guest loads CR3',
    `${mapped(7)}\n mov dword [DATA_AT], PAGE_TABLE_AT + 7`,
    `mov eax, ${PAGE}\n mov cr3, eax\n mov ebx, [${PAGE}]\n mov ecx, cr3`,
  ),
  nested(
    'an interrupt is injected onto a stack that nested tables do not map',
    `mov dword [G_ESP], ${PAGE + 0x800}\n mov dword [EVENT], 0x80000082\n ${sameGate}`,
    'nop',
  ),
  nested(
    'a new task has its segments where nested tables do not map',
    `mov dword [GDT_AT + LDT], 0xf00000ff\n mov dword [GDT_AT + LDT + 4], 0x823f\n mov dword [TSS_B_AT + 0x1c], PAGE_DIRECTORY_AT\n mov dword [TSS_B_AT + 0x60], LDT\n mov dword [TSS_B_AT + 0x54], 4`,
    'jmp TSS_B:0',
  ),
  {
    name: 'nested paging without paging of the host',
    code: 'mov eax, .guest\n call begin\n call tables\n mov dword [NESTED], 1\n mov dword [NESTED_CR3], TABLES\n call run\n int 0x81\n.guest: vmmcall',
  },
];

/** Page-directory pointers of the guest, or of the nested tables, of their own. */
const ownPointers = (field: string, setup: string): string =>
  `call tables\n mov eax, [POINTERS_AT]\n mov [TABLES], eax\n xor eax, eax\n mov [TABLES + 4], eax\n mov dword [${field}], TABLES\n ${setup}`;

const wideCases: readonly Case[] = [
  wide(
    'page-directory pointers with reserved bits are looked at when they are needed',
    ownPointers('G_CR3', 'mov dword [TABLES + 8], 0x1e7'),
    'mov eax, TABLES\n mov cr3, eax\n mov ebx, cr3',
  ),
  wide(
    'a page-directory pointer has reserved bits',
    ownPointers('G_CR3', 'or dword [TABLES], 0x20\n or dword [EXCEPTION_INTERCEPTS], 0x4000'),
    'nop',
  ),
  wide(
    'a page-directory pointer changes in memory',
    ownPointers('G_CR3', 'mov dword [DATA_AT], 0x2468'),
    'mov eax, [TABLES]\n mov [TABLES + 8], eax\n mov ebx, [0x40000000 + DATA_AT]',
  ),
  wide(
    'a page-directory pointer of nested tables has reserved bits',
    ownPointers('NESTED_CR3', 'or dword [TABLES], 0x20'),
    'nop',
  ),
  wide(
    'nested tables of PAE paging',
    'mov dword [WIDE_TABLE_AT + 8 * 0x180], DATA_AT + 7\n mov dword [DATA_AT], 0x1357',
    'mov ebx, [0x180000]\n mov ecx, cr4',
  ),
  wide(
    'a page that nested tables of PAE paging do not map',
    'and dword [G_CR0], 0x7fffffff\n mov dword [G_CR4], 0\n mov dword [WIDE_TABLE_AT + 8 * 0x180], 0',
    'mov ebx, [0x180010]',
  ),
];

const unpagedCases: readonly Case[] = [
  unpaged(
    'nested tables without paging of the guest',
    `${mapped(7)}\n mov dword [DATA_AT], 0x4321`,
    `mov ebx, [${PAGE}]`,
  ),
  unpaged('a page is not mapped without paging of the guest', '', `mov ebx, [${PAGE + 0x10}]`),
];

export const nestedCases: readonly Case[] = [...paged, ...wideCases, ...unpagedCases];
