import type { Case } from '../../protection/kernel.ts';

/** A case whose guest runs an instruction with one bit of an intercept vector set. */
const one = (name: string, field: string, bit: number, code: string): Case => ({
  name,
  code: `mov eax, .guest\n call begin\n or dword [${field}], ${2 ** bit}\n call run\n int 0x81\n.guest: ${code}\n vmmcall`,
});
const instruction = (bit: number, code: string) => one(`${code} is intercepted`, 'INTERCEPTS', bit, code);
const more = (bit: number, code: string) => one(`${code} is intercepted`, 'MORE_INTERCEPTS', bit, code);

const instructions: readonly Case[] = [
  instruction(6, 'sidt [GUEST_STACK]'),
  instruction(7, 'sgdt [GUEST_STACK]'),
  instruction(8, 'sldt ax'),
  instruction(9, 'str ax'),
  instruction(10, 'lidt [GUEST_STACK]'),
  instruction(11, 'lgdt [GUEST_STACK]'),
  instruction(12, 'lldt ax'),
  instruction(13, 'ltr ax'),
  instruction(14, 'rdtsc'),
  instruction(15, 'rdpmc'),
  instruction(16, 'pushfd'),
  instruction(17, 'popfd'),
  instruction(18, 'cpuid'),
  instruction(19, 'rsm'),
  instruction(20, 'iretd'),
  instruction(21, 'int 0x81'),
  instruction(22, 'invd'),
  instruction(23, 'pause'),
  instruction(24, 'hlt'),
  instruction(25, 'invlpg [GUEST_STACK]'),
  instruction(26, 'invlpga'),
  more(1, 'vmmcall'),
  more(2, 'vmload'),
  more(3, 'vmsave'),
  more(4, 'stgi'),
  more(5, 'clgi'),
  more(8, 'int1'),
  more(9, 'wbinvd'),
  more(0, 'vmrun'),
  {
    ...one(
      'XSETBV is intercepted',
      'MORE_INTERCEPTS',
      13,
      'mov ecx, cr4\n or ecx, 0x40000\n mov cr4, ecx\n xor ecx, ecx\n xsetbv',
    ),
  },
];

const controlRegisters: readonly Case[] = [
  ...[0, 2, 3, 4].flatMap((n) => [
    one(`a read of CR${n} is intercepted`, 'CR_INTERCEPTS', n, `mov ecx, cr${n}`),
    one(`a write of CR${n} is intercepted`, 'CR_INTERCEPTS', 16 + n, `mov ecx, cr${n}\n mov cr${n}, ecx`),
  ]),
  one('SMSW is a read of CR0', 'CR_INTERCEPTS', 0, 'smsw ax'),
  one('LMSW is a write of CR0', 'CR_INTERCEPTS', 16, 'lmsw ax'),
  one('CLTS is a write of CR0', 'CR_INTERCEPTS', 16, 'clts'),
  ...[0, 3, 6, 7].flatMap((n) => [
    one(`a read of DR${n} is intercepted`, 'DR_INTERCEPTS', n, `mov ecx, dr${n}`),
    one(`a write of DR${n} is intercepted`, 'DR_INTERCEPTS', 16 + n, `mov ecx, dr${n}\n mov dr${n}, ecx`),
  ]),
  ...Object.entries({
    'CR0 with paging and without protection': 'mov eax, cr0\n and eax, -2\n or eax, 0x80000000\n mov cr0, eax',
    'CR4 with a bit that is not there': 'mov eax, 0x80000000\n mov cr4, eax',
  }).map(([name, code]) =>
    one(
      `${name} is no write`,
      'CR_INTERCEPTS',
      name.startsWith('CR0') ? 16 : 20,
      `mov dword [resume], .after\n ${code}\n.after: mov ebx, 7`,
    ),
  ),
  one('DR4 is none with CR4.DE', 'DR_INTERCEPTS', 4, 'mov eax, 8\n mov cr4, eax\n mov ecx, dr4'),
  one('a write of CR0 that changes AM', 'INTERCEPTS', 5, 'mov eax, cr0\n xor eax, 0x40000\n mov cr0, eax'),
  one('a write of CR0 that changes TS alone', 'INTERCEPTS', 5, 'mov eax, cr0\n xor eax, 8\n mov cr0, eax'),
  one('LMSW that changes MP alone', 'INTERCEPTS', 5, 'mov eax, cr0\n xor eax, 2\n lmsw ax'),
];

/** Instructions that fault, with the vector that is intercepted. */
const exceptions: Readonly<Record<string, readonly [vector: number, code: string]>> = {
  'a division by 0': [0, 'xor ecx, ecx\n div ecx'],
  'a single step': [1, 'push dword 0x102\n popfd\n nop'],
  INT3: [3, 'int3'],
  INTO: [4, 'mov al, 0x7f\n add al, 1\n into'],
  BOUND: [5, 'mov dword [GUEST_STACK], 1\n mov dword [GUEST_STACK + 4], 2\n bound ecx, [GUEST_STACK]'],
  UD2: [6, 'ud2'],
  'an x87 instruction with TS': [7, 'mov eax, cr0\n or eax, 8\n mov cr0, eax\n fnop'],
  'a segment that is not present': [11, 'and byte [GDT_AT + 0x25], 0x7f\n mov ax, 0x20\n mov ds, ax'],
  'a stack segment that is not present': [12, 'and byte [GDT_AT + 0x25], 0x7f\n mov ax, 0x20\n mov ss, ax'],
  'a selector beyond the table': [13, 'mov ax, 0xff8\n mov ds, ax'],
};

const exceptionCases: readonly Case[] = [
  ...Object.entries(exceptions).map(([name, [vector, code]]) =>
    one(`${name} is intercepted`, 'EXCEPTION_INTERCEPTS', vector, code),
  ),
  {
    name: 'a page fault is intercepted, and CR2 stays',
    code: 'call paging\n mov eax, .guest\n call begin\n or dword [EXCEPTION_INTERCEPTS], 0x4000\n mov dword [G_CR2], 0x1234\n call run\n mov eax, [G_CR2]\n mov ebx, cr2\n int 0x81\n.guest: mov [0x500010], eax\n vmmcall',
  },
  {
    name: "a page fault that is not intercepted is the guest's",
    code: 'call paging\n mov eax, .guest\n call begin\n mov dword [G_CR2], 0x1234\n mov dword [resume], .out\n call run\n mov eax, [G_CR2]\n mov ebx, cr2\n int 0x81\n.guest: mov [0x500010], eax\n nop\n.out: vmmcall',
  },
];

export const interceptCases: readonly Case[] = [...instructions, ...controlRegisters, ...exceptionCases];
