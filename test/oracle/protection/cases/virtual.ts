import type { Case } from '../kernel.ts';
import { virtual, virtualEnd } from './assembly.ts';

const IOPL3 = 0x3000;
const VIF = 1 << 19;
const VIP = 1 << 20;
/** With VME; INT 81h is not redirected. */
const VME = 'mov eax, 1\n mov cr4, eax\n mov byte [TSS_AT + 0x68 + 0x10], 2\n';

let labels = 0;
function inVirtual(name: string, code: string, { flags = 0, before = '' } = {}): Case {
  return {
    name: `virtual-8086: ${name}`,
    code: `${before}${virtual(`virtual_${labels++}`, flags)}${code}${virtualEnd}`,
  };
}

const sensitive: Readonly<Record<string, string>> = {
  CLI: 'cli',
  STI: 'sti',
  PUSHF: 'pushf\n pop ax',
  POPF: 'push word 0x7202\n popf\n pushf\n pop ax',
  'POPF with TF': 'push word 0x302\n popf\n nop',
  'POPF, 32 bits': 'push dword 0x207202\n popfd\n pushfd\n pop eax',
  IRET: 'push word 0x7202\n push cs\n push word 64\n iret\n times 64 nop\n pushf\n pop ax',
  'INT n': 'int 0x82',
  INT3: 'int3',
  INTO: 'mov al, 127\n inc al\n into',
  HLT: 'hlt',
  'IN, a port that is allowed': 'in al, 0x80\n mov eax, 0x55',
  'IN, a port that is not': 'in al, 0x90',
  'IN, two ports of which one is allowed': 'in ax, 0x8f',
  'OUT, four ports': 'out 0x8c, eax\n mov eax, 0x44',
  LGDT: 'lgdt [0]',
  SMSW: 'smsw ax\n mov ax, 1',
  LMSW: 'lmsw ax',
  CLTS: 'clts',
  'MOV from CR0': 'mov eax, cr0',
  LAR: 'lar ax, bx',
  ARPL: 'arpl ax, bx',
  SLDT: 'sldt ax',
  INVD: 'db 0x0f, 0x08',
};

/** A handler for INT 82h of VM86 itself, which leaves its mark in AX. */
const redirected = `mov dword [0x82 * 4], LAND_AT + 0x20\n mov dword [LAND_AT + 0x20], 0xcf1234b8\n`;

export const virtualCases: readonly Case[] = [
  ...[0, IOPL3].flatMap((flags) =>
    Object.entries(sensitive).map(([name, code]) => inVirtual(`${name}, IOPL ${flags === 0 ? 0 : 3}`, code, { flags })),
  ),
  ...[0, IOPL3].flatMap((flags) =>
    ['CLI', 'STI', 'PUSHF', 'POPF', 'POPF with TF', 'POPF, 32 bits', 'IRET', 'INT n', 'INT3'].map((name) =>
      inVirtual(`${name}, IOPL ${flags === 0 ? 0 : 3}, VME`, `${sensitive[name]}\n mov ebx, eax`, {
        flags,
        before: VME,
      }),
    ),
  ),
  ...['CLI', 'STI', 'PUSHF', 'POPF', 'IRET'].map((name) =>
    inVirtual(`${name}, VME, VIF and VIP set`, sensitive[name]!, { flags: VIF | VIP, before: VME }),
  ),
  ...['STI', 'POPF', 'IRET'].map((name) =>
    inVirtual(`${name}, VME, VIP set`, sensitive[name]!, { flags: VIP, before: VME }),
  ),
  ...[0, IOPL3].map((flags) =>
    inVirtual(`INT n that VME redirects, IOPL ${flags === 0 ? 0 : 3}`, 'int 0x82\n mov bx, sp', {
      flags: flags | VIF,
      before: `${VME}${redirected}`,
    }),
  ),
  ...[0, IOPL3].map((flags) =>
    inVirtual(`INT n that VME does not redirect, IOPL ${flags === 0 ? 0 : 3}`, 'int 0x82', {
      flags,
      before: `${VME}mov byte [TSS_AT + 0x68 + 0x10], 6\n`,
    }),
  ),
  inVirtual('a word at offset FFFFh', 'mov ax, [0xffff]'),
  inVirtual('a doubleword at offset FFFDh of the stack', 'mov bp, 0xfffd\n mov eax, [bp]'),
  inVirtual('a 32-bit offset beyond 64 KB', 'mov ebx, 0x10000\n mov al, [ebx]'),
  inVirtual('a push that wraps', 'mov sp, 1\n push ax'),
  inVirtual(
    'segment registers take any value',
    'mov ax, 0xfffe\n mov fs, ax\n mov gs, ax\n mov bx, gs\n mov eax, [fs:0x20]\n xor eax, eax',
  ),
  inVirtual('a divide error', 'xor cx, cx\n div cx'),
  inVirtual('an opcode that is none', 'ud2'),
  inVirtual('BOUND', 'mov ax, 5\n mov dword [0], 0x40001\n bound ax, [0]'),
  inVirtual('a breakpoint opcode with the gate at level 0', 'int3', {
    flags: IOPL3,
    before: 'mov byte [IDT_AT + 3 * 8 + 5], 0x8e\n',
  }),
  inVirtual('a far jump', 'jmp (DATA_AT >> 4):0x100', { before: 'mov word [DATA_AT + 0x100], 0x81cd\n' }),
  { name: 'protected: CLI at level 3, IOPL 0', code: 'call ring3\n cli' },
  {
    name: 'protected: CLI at level 3, IOPL 3',
    code: 'push dword 0x3202\n popfd\n call ring3\n cli\n pushfd\n pop eax\n int 0x81',
  },
  ...[0, VIF, VIP, VIF | VIP].flatMap((flags) =>
    ['cli', 'sti'].map((code) => ({
      name: `protected: ${code.toUpperCase()} at level 3 with PVI, flags ${flags.toString(16)}`,
      code: `mov eax, 2\n mov cr4, eax\n push dword STACK_AT\n push dword DATA3\n push dword STACK3_AT\n push dword ${flags | 2}
        push dword CODE3\n push dword .in\n iretd\n.in: ${code}\n pushfd\n pop eax\n int 0x81`,
    })),
  ),
  ...Object.entries({
    'a port that is allowed': 'in al, 0x80\n mov eax, 1',
    'a port that is not': 'in al, 0x90',
    'two ports of which one is allowed': 'in ax, 0x8f',
    'four ports that are allowed': 'in eax, 0x8c\n mov eax, 1',
    'four ports of which two are allowed': 'in eax, 0x8e',
    'the last port': 'mov edx, 0xffff\n in al, dx',
    'OUTS to a port that is not': 'mov edx, 0x90\n mov esi, DATA_AT\n outsb',
    'INS into a page that may not be written, from a port that is not': 'mov edx, 0x90\n insb',
  }).map(([name, code]) => ({ name: `I/O at level 3: ${name}`, code: `call ring3\n ${code}\n int 0x81` })),
  {
    name: 'I/O at level 3: a bitmap that ends before the port',
    code: 'mov word [GDT_AT + TSS], 0x98\n mov byte [GDT_AT + TSS + 5], 0x89\n mov ax, TSS\n ltr ax\n call ring3\n in al, 0x80',
  },
  {
    name: 'I/O at level 3: a bitmap whose second byte is beyond the limit',
    code: 'mov word [GDT_AT + TSS], 0x98\n mov byte [GDT_AT + TSS + 5], 0x89\n mov ax, TSS\n ltr ax\n call ring3\n in al, 0x87\n mov eax, 1\n int 0x81',
  },
  {
    name: 'I/O at level 3: a 16-bit TSS',
    code: 'mov ax, TSS_C\n ltr ax\n mov dword [TSS_C_AT + 2], STACK0_AT\n mov dword [TSS_C_AT + 4], DATA\n call ring3\n in al, 0x80',
  },
  {
    name: 'I/O at level 3 with IOPL 3',
    code: 'push dword 0x3202\n popfd\n cli\n call ring3\n in al, 0x90\n mov eax, 1\n int 0x81',
  },
];
