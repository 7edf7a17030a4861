import type { Case } from '../kernel.ts';

const watch = (control: number, address = 'DATA_AT'): string =>
  `mov eax, ${address}\n mov dr0, eax\n mov eax, ${0x400 | control}\n mov dr7, eax\n`;
/** Control of breakpoint 0: enabled locally; kind in bits 16-17, length in 18-19. */
const Kind = { execute: 1, write: 0x10001, io: 0x20001, access: 0x30001 } as const;
const step = 'pushfd\n or dword [esp], 0x100\n popfd\n';

/** Accesses near a watched doubleword. */
const accesses: Readonly<Record<string, string>> = {
  'a byte of it': 'mov [DATA_AT + 3], al',
  'the byte after it': 'mov [DATA_AT + 4], al',
  'across its start': 'mov [DATA_AT - 2], eax',
  'a read': 'mov eax, [DATA_AT]',
  'a read and write': 'inc dword [DATA_AT + 2]',
  PUSH: 'mov esp, DATA_AT + 4\n push eax\n mov esp, STACK_AT',
  MOVS: 'mov esi, DATA_AT + 64\n mov edi, DATA_AT - 8\n mov ecx, 5\n rep movsd',
  'an instruction that faults': 'mov fs, [DATA_AT - 1]\n mov dword [DATA_AT], 0x1000\n mov fs, [DATA_AT]',
};

export const debugCases: readonly Case[] = [
  ...[0, 1, 2, 3].flatMap((length) =>
    Object.entries(accesses).map(([name, code]) => ({
      name: `a write breakpoint of length field ${length}, ${name}`,
      code: `${watch(Kind.write | (length << 18))}${code}\n nop\n int 0x81`,
    })),
  ),
  ...Object.entries(accesses).map(([name, code]) => ({
    name: `an access breakpoint, ${name}`,
    code: `${watch(Kind.access | (3 << 18))}${code}\n nop\n int 0x81`,
  })),
  { name: 'an instruction breakpoint', code: `${watch(Kind.execute, '.here')}nop\n.here: nop\n int 0x81` },
  {
    name: 'an instruction breakpoint that RF holds off',
    code: `${watch(Kind.execute, '.here')}push dword 0x10002\n push dword CODE\n push dword .here\n iretd\n.here: nop\n mov eax, 7\n int 0x81`,
  },
  {
    name: 'an instruction breakpoint in the middle of an instruction',
    code: `${watch(Kind.execute, '.here + 1')}nop\n.here: mov ebx, 5\n int 0x81`,
  },
  {
    name: 'a breakpoint that is not enabled is told in DR6 with another',
    code: 'mov eax, DATA_AT\n mov dr0, eax\n mov dr1, eax\n mov eax, 0xf0404\n mov dr7, eax\n or dword [DATA_AT], 1\n nop\n int 0x81',
  },
  {
    name: 'an I/O breakpoint',
    code: `mov eax, 8\n mov cr4, eax\n ${watch(Kind.io, '0x80')}in al, 0x80\n nop\n int 0x81`,
  },
  { name: 'an I/O breakpoint without CR4.DE', code: `${watch(Kind.io, '0x80')}in al, 0x80\n mov eax, 1\n int 0x81` },
  { name: 'single step', code: `${step}nop\n nop\n int 0x81` },
  { name: 'single step of an instruction that faults', code: `${step}ud2` },
  { name: 'single step of POPF that clears TF', code: `${step}push dword 2\n popfd\n nop\n int 0x81` },
  { name: 'single step of INT n', code: `mov dword [resume], .next\n ${step}int 0x81\n.next: int 0x81` },
  {
    name: 'single step of MOV SS',
    code: `mov eax, ss\n ${step.replace('popfd', 'mov ecx, 1\n popfd')}mov ss, eax\n nop\n nop\n int 0x81`,
  },
  {
    name: 'MOV SS holds off a data breakpoint',
    code: `${watch(Kind.access | (3 << 18))}mov word [DATA_AT + 8], DATA\n mov dword [DATA_AT + 4], 0\n mov ax, DATA\n mov ss, ax\n mov eax, [DATA_AT]\n nop\n nop\n int 0x81`,
  },
  {
    name: 'single step of REP MOVS',
    code: `mov esi, DATA_AT\n mov edi, DATA_AT + 64\n mov ecx, 3\n ${step}rep movsb\n int 0x81`,
  },
  { name: 'single step at level 3', code: `call ring3\n ${step}nop\n nop\n int 0x81` },
  { name: 'ICEBP', code: 'db 0xf1\n int 0x81' },
  { name: 'general detect', code: 'mov eax, 0x2400\n mov dr7, eax\n mov ebx, dr0\n int 0x81' },
  { name: 'general detect, writing DR6', code: 'mov eax, 0x2400\n mov dr7, eax\n mov dr6, ebx\n int 0x81' },
  {
    name: 'DR4 and DR5 are DR6 and DR7',
    code: 'mov eax, 0x455\n db 0x0f, 0x23, 0xe8\n mov ebx, dr7\n db 0x0f, 0x21, 0xe1\n xor eax, eax\n mov dr7, eax\n int 0x81',
  },
  { name: 'DR4 with CR4.DE', code: 'mov eax, 8\n mov cr4, eax\n db 0x0f, 0x21, 0xe1' },
  { name: 'debug registers at level 3', code: 'call ring3\n mov eax, dr0' },
  {
    name: 'bits of DR6 and DR7 that cannot be written',
    code: 'xor eax, eax\n mov dr6, eax\n mov ebx, dr6\n mov eax, 0xf000\n mov dr6, eax\n mov ecx, dr6\n mov eax, 0xd800\n mov dr7, eax\n mov edx, dr7\n xor eax, eax\n mov dr6, eax\n int 0x81',
  },
];
