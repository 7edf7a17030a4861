import type { Case } from '../../protection/kernel.ts';

/** A case of a guest that is not entered, or is entered with one thing changed. */
const changed = (name: string, change: string, guest = 'vmmcall'): Case => ({
  name,
  code: `mov eax, .guest\n call begin\n ${change}\n call run\n int 0x81\n.guest: ${guest}\n vmmcall`,
});

/** States that VMRUN must not accept. */
const refused: readonly Case[] = [
  changed('VMRUN is not intercepted', 'and dword [MORE_INTERCEPTS], -2'),
  changed('the address space is 0', 'mov dword [ASID], 0'),
  changed('EFER.SVME is clear', 'mov dword [G_EFER], 0'),
  changed('EFER has a bit that is not there', 'or dword [G_EFER], 0x20000'),
  changed('EFER has an upper half', 'mov dword [G_EFER + 4], 1'),
  changed('CR0.NW is set and CD is not', 'or dword [G_CR0], 0x20000000'),
  changed('CR0.CD and NW are set', 'or dword [G_CR0], 0x60000000'),
  changed('CR0 has an upper half', 'mov dword [G_CR0 + 4], 1'),
  changed('CR4 has a bit that is not there', 'or dword [G_CR4], 0x80000000'),
  changed('DR6 has an upper half', 'mov dword [G_DR6 + 4], 1'),
  changed('DR7 has an upper half', 'mov dword [G_DR7 + 4], 1'),
  changed('the map of ports lies beyond all memory', 'mov dword [VMCB + 0x44], 0x100000'),
  changed(
    'the map of ports ends with the last page of memory',
    'mov dword [VMCB + 0x40], 0xffffe000\n mov dword [VMCB + 0x44], 0xf',
  ),
  changed(
    'the map of registers ends with the last page of memory',
    'mov dword [VMCB + 0x48], 0xffffe000\n mov dword [VMCB + 0x4c], 0xf',
  ),
  changed('CR3 has bits beyond all memory', 'mov dword [G_CR3 + 4], 0x10'),
  changed('an event of an unknown type is injected', 'mov dword [EVENT], 0x80000581'),
  changed('an exception 2 is injected', 'mov dword [EVENT], 0x80000302'),
  changed('an exception 32 is injected', 'mov dword [EVENT], 0x80000320'),
  changed(
    'the page-directory pointers have reserved bits',
    'or dword [G_CR4], 0x20\n or dword [G_CR0], 0x80000000\n mov dword [G_CR3], TABLES\n mov dword [TABLES], 0x1e7',
  ),
];

/** A guest that reads a page again after its hypervisor has mapped another one there, and has done something about its translations. */
const remapped = (name: string, flush: string): Case => ({
  name,
  code: `mov eax, .guest\n call begin\n call tables\n mov dword [TABLES + 0x2000], DATA_AT + 7\n mov dword [DATA_AT], 0x5555\n mov dword [DATA_AT + 0x1000], 0x6666\n mov dword [G_CR3], TABLES\n or dword [G_CR0], 0x80000000\n call run\n mov dword [TABLES + 0x2000], DATA_AT + 0x1007\n add dword [G_EIP], 3\n ${flush}\n call run\n int 0x81\n.guest: mov ebx, [0x400000]\n vmmcall\n mov ecx, [0x400000]\n vmmcall`,
});

/** Translations of address spaces (15.16), and fields that need not be read again (15.15). */
const kept: readonly Case[] = [
  remapped('a guest with page tables of its own that change', 'mov dword [TLB_CONTROL], 1'),
  remapped('a page is mapped elsewhere, and the address space flushed', 'mov dword [TLB_CONTROL], 3'),
  remapped('a page is mapped elsewhere, and what is not global flushed', 'mov dword [TLB_CONTROL], 7'),
  remapped('a page is mapped elsewhere, and the guest has a new address space', 'mov dword [ASID], 2'),
  remapped('a page is mapped elsewhere, and invalidated', 'mov eax, 0x400000\n mov ecx, 1\n invlpga'),
  {
    name: 'fields that have not changed are clean, others are read again',
    code: 'mov eax, .guest\n call begin\n mov dword [G_CR2], 0x1111\n call run\n mov dword [CLEAN], ~0x220\n or dword [G_CR0], 8\n mov dword [G_CR2], 0x2222\n mov dword [G_EAX], 0x1234\n add dword [G_EIP], 3\n call run\n int 0x81\n.guest: mov ebx, cr2\n vmmcall\n mov ecx, cr0\n mov edx, cr2\n mov esi, eax\n vmmcall',
  },
];

/** Registers as the host and the guest find them. */
const found: readonly Case[] = [
  changed(
    'the guest begins with its registers',
    'mov dword [G_EAX], 0x1234567\n mov ebx, 0x777',
    'mov ecx, eax\n mov edx, esp',
  ),
  {
    name: 'the host goes on with its own',
    code: 'mov eax, .guest\n call begin\n mov ebx, cr0\n mov ecx, cr3\n call run\n mov edx, cr0\n sub edx, ebx\n mov ebx, dr7\n mov ecx, esp\n int 0x81\n.guest: mov eax, cr0\n or eax, 8\n mov cr0, eax\n mov eax, 5\n vmmcall',
  },
  {
    name: 'an exit clears GIF and disables breakpoints',
    code: 'mov eax, .guest\n call begin\n mov eax, 0x403\n mov dr7, eax\n mov eax, VMCB\n vmrun\n mov ebx, dr7\n stgi\n int 0x81\n.guest: vmmcall',
  },
  changed(
    'the guest changes its tables and tasks',
    '',
    'sub esp, 8\n mov dword [esp], 0x20000ff\n mov dword [esp + 4], 0x1\n lgdt [esp]\n mov ebx, cs',
  ),
  {
    name: 'the guest stores its tables',
    code: 'mov eax, .guest\n call begin\n call run\n mov eax, [G_GDTR + 4]\n mov ebx, [G_GDTR + 8]\n mov ecx, [G_IDTR + 4]\n mov edx, [G_IDTR + 8]\n int 0x81\n.guest: sub esp, 8\n mov dword [esp], 0x2345678\n mov dword [esp + 4], 0x9\n lgdt [esp]\n lidt [esp]\n vmmcall',
  },
  {
    name: 'segments come back as they are',
    code: 'mov eax, .guest\n call begin\n call run\n mov eax, [G_DS]\n mov ebx, [G_DS + 4]\n mov ecx, [G_ES]\n mov edx, [G_CS]\n int 0x81\n.guest: mov eax, 0x20\n mov ds, ax\n xor eax, eax\n mov es, ax\n vmmcall',
  },
  {
    name: 'VMLOAD and VMSAVE',
    code: 'mov eax, .guest\n call begin\n mov dword [G_FS], 0xc930050\n mov dword [G_FS + 4], 0xfffff\n mov dword [G_FS + 8], 0x1000\n mov dword [G_SYSENTER_CS], 0x1234\n call run\n mov eax, [G_FS]\n mov ebx, [G_FS + 8]\n mov ecx, [G_TR]\n mov edx, [G_SYSENTER_CS]\n int 0x81\n.guest: mov ebx, fs\n mov ecx, 0x174\n rdmsr\n vmmcall',
  },
  {
    name: 'a guest at level 3',
    code: 'mov eax, .guest\n call begin\n mov dword [G_CS], 0xcfb0000 + CODE3\n mov dword [G_SS], 0xcf30000 + DATA3\n mov byte [G_CPL], 3\n mov dword [G_DS], 0xcf30000 + DATA3\n mov dword [G_ES], 0xcf30000 + DATA3\n call run\n movzx eax, byte [G_CPL]\n mov ebx, [G_CS]\n mov ecx, [G_SS]\n int 0x81\n.guest: mov edx, cs\n vmmcall',
  },
  {
    name: 'a privileged instruction at level 3 is not intercepted',
    code: 'mov eax, .guest\n call begin\n mov dword [G_CS], 0xcfb0000 + CODE3\n mov dword [G_SS], 0xcf30000 + DATA3\n mov byte [G_CPL], 3\n or dword [INTERCEPTS], 0x1000000\n or dword [EXCEPTION_INTERCEPTS], 0x2000\n call run\n int 0x81\n.guest: hlt\n vmmcall',
  },
  {
    name: 'RDPMC at level 3 is not intercepted',
    code: 'mov eax, .guest\n call begin\n mov dword [G_CS], 0xcfb0000 + CODE3\n mov dword [G_SS], 0xcf30000 + DATA3\n mov byte [G_CPL], 3\n or dword [INTERCEPTS], 0x8000\n or dword [EXCEPTION_INTERCEPTS], 0x2000\n call run\n int 0x81\n.guest: rdpmc\n vmmcall',
  },
  {
    name: "the trap of the host's trap flag comes after the exit",
    code: 'mov eax, .guest\n call begin\n mov dword [resume], .after\n mov eax, VMCB\n push dword 0x102\n popfd\n vmrun\n nop\n.after: stgi\n nop\n.guest: mov ebx, 5\n vmmcall',
  },
  changed('INT1 is not intercepted as #DB', 'or dword [EXCEPTION_INTERCEPTS], 2', 'int1\n vmmcall'),
  {
    name: 'XSETBV at level 3 is intercepted',
    code: 'mov eax, .guest\n call begin\n mov dword [G_CS], 0xcfb0000 + CODE3\n mov dword [G_SS], 0xcf30000 + DATA3\n mov byte [G_CPL], 3\n or dword [G_CR4], 0x40000\n or dword [MORE_INTERCEPTS], 0x2000\n or dword [EXCEPTION_INTERCEPTS], 0x2000\n call run\n int 0x81\n.guest: xsetbv\n vmmcall',
  },
  {
    name: 'a breakpoint is injected at a level that its gate is not for',
    code: 'mov eax, .guest\n call begin\n mov dword [G_CS], 0xcfb0000 + CODE3\n mov dword [G_SS], 0xcf30000 + DATA3\n mov byte [G_CPL], 3\n mov byte [IDT_AT + 8 * 3 + 5], 0x8e\n mov dword [EVENT], 0x80000303\n or dword [EXCEPTION_INTERCEPTS], 0x2000\n call run\n int 0x81\n.guest: nop\n vmmcall',
  },
  {
    name: 'a breakpoint that matches while GIF is clear is lost',
    code: 'mov eax, .guest\n call begin\n mov eax, .here\n mov dr0, eax\n mov eax, 0x402\n clgi\n mov dr7, eax\n.here: mov ebx, 7\n xor eax, eax\n mov dr7, eax\n stgi\n int 0x81\n.guest: vmmcall',
  },
  {
    name: 'a guest in real mode',
    code: 'mov dword [LAND_AT + 0x20], 0xd9010f90\n mov eax, 0x20\n call begin\n mov dword [G_CR0], 0x10\n mov dword [G_CS], 0x930700\n mov dword [G_CS + 4], 0xffff\n mov dword [G_CS + 8], LAND_AT\n mov dword [G_SS], 0x930000\n mov dword [G_SS + 4], 0xffff\n call run\n mov ecx, [G_EIP]\n mov edx, [G_CR0]\n movzx ebx, byte [G_CPL]\n mov dword [LAND_AT + 0x20], 0\n int 0x81',
  },
  {
    name: 'a guest in virtual-8086 mode',
    code: 'mov dword [LAND_AT + 0x20], 0xd9010f90\n mov eax, 0x20\n call begin\n mov dword [G_FLAGS], 0x20002\n mov byte [G_CPL], 3\n mov dword [G_CS], 0xf30700\n mov dword [G_CS + 4], 0xffff\n mov dword [G_CS + 8], LAND_AT\n mov dword [G_SS], 0xf30000\n mov dword [G_SS + 4], 0xffff\n call run\n mov ecx, [G_EIP]\n mov edx, [G_FLAGS]\n movzx ebx, byte [G_CPL]\n mov dword [LAND_AT + 0x20], 0\n int 0x81',
  },
  {
    name: 'a guest in real mode with paging',
    code: 'call paging\n mov dword [LAND_AT + 0x20], 0xd9010f90\n mov eax, 0x20\n call begin\n mov dword [G_CR0], 0x80000010\n mov dword [G_CS], 0x930700\n mov dword [G_CS + 4], 0xffff\n mov dword [G_CS + 8], LAND_AT\n mov dword [G_SS], 0x930000\n mov dword [G_SS + 4], 0xffff\n call run\n mov ecx, [G_EIP]\n mov edx, [G_CR0]\n movzx ebx, byte [G_CPL]\n mov dword [LAND_AT + 0x20], 0\n int 0x81',
  },
  {
    name: 'a guest with page tables of its own',
    code: 'mov eax, .guest\n call begin\n call tables\n mov dword [TABLES + 0x2000], DATA_AT + 7\n mov dword [DATA_AT], 0x5555\n mov dword [G_CR3], TABLES\n or dword [G_CR0], 0x80000000\n call run\n int 0x81\n.guest: mov ebx, [0x400000]\n vmmcall',
  },
  {
    name: 'a guest with PAE paging',
    code: 'call wide_paging\n mov eax, .guest\n call begin\n mov eax, cr0\n and eax, 0x7fffffff\n mov cr0, eax\n xor eax, eax\n mov cr4, eax\n mov eax, VMCB\n vmload\n vmrun\n vmsave\n stgi\n mov eax, [G_CR0]\n mov edx, [EXIT_CODE]\n int 0x81\n.guest: mov ebx, cr4\n mov ecx, cr0\n vmmcall',
  },
  {
    name: 'the time-stamp counter has an offset',
    code: 'mov eax, .guest\n call begin\n mov dword [TSC_OFFSET + 4], 0x40000000\n mov dword [DATA_AT], 0\n call run\n mov edx, [DATA_AT]\n shr edx, 28\n int 0x81\n.guest: rdtsc\n mov [DATA_AT], edx\n xor eax, eax\n vmmcall',
  },
];

/** Instructions outside of a guest. */
const plain = (name: string, code: string): Case => ({ name, code: `${code}\n int 0x81` });
const svme = 'mov ecx, 0xc0000080\n rdmsr\n or eax, 0x1000\n wrmsr\n xor eax, eax\n xor edx, edx\n xor ecx, ecx\n';

const outside: readonly Case[] = [
  ...['vmrun', 'vmload', 'vmsave', 'stgi', 'clgi', 'invlpga'].flatMap((name) => [
    plain(`${name} without EFER.SVME`, `mov ecx, 0xc0000080\n rdmsr\n and eax, ~0x1000\n wrmsr\n ${name}`),
    plain(`${name} at level 3`, `${svme}call ring3\n ${name}`),
  ]),
  plain('vmmcall outside of a guest', `${svme}vmmcall`),
  plain('vmrun of an address within a page', `${svme}mov eax, VMCB + 8\n vmrun`),
  plain('vmload of an address within a page', `${svme}mov eax, VMCB + 8\n vmload`),
  plain('VM_HSAVE_PA', `mov ecx, 0xc0010117\n mov eax, 0x345000\n xor edx, edx\n wrmsr\n xor eax, eax\n rdmsr`),
  plain('VM_HSAVE_PA within a page', `mov ecx, 0xc0010117\n mov eax, 0x345008\n xor edx, edx\n wrmsr`),
  plain('EFER.SVME is kept', `${svme}mov ecx, 0xc0000080\n rdmsr\n and eax, 0x1000`),
];

export const entryCases: readonly Case[] = [...refused, ...found, ...kept, ...outside];
