import type { Case } from '../kernel.ts';
import { segment } from '../layout.ts';
import { gate, put } from './assembly.ts';

const callGate = (offset: string, access: number, count = 0, selector = 'CODE'): string =>
  gate('GDT_AT + FREE', selector, offset, access, count);

/** Pops the stack into the registers that are printed. */
const popped = ' pop eax\n pop ebx\n pop ecx\n pop edx\n int 0x81\n';

const stackSegments: Readonly<Record<string, string>> = {
  null: 'mov dword [TSS_AT + 16], 0',
  'of the wrong level': 'mov dword [TSS_AT + 16], DATA3',
  'with a wrong RPL': 'mov dword [TSS_AT + 16], DATA1 + 2',
  'that is code': 'mov dword [TSS_AT + 16], CODE1',
  'beyond the table': 'mov dword [TSS_AT + 16], 0x1000',
  'not present': `${put('FREE + 8', segment({ access: 0x33 }))} mov dword [TSS_AT + 16], FREE + 9`,
  'too small': `${put('FREE + 8', segment({ access: 0xb3, limit: 0x40, flags: 4 }))} mov dword [TSS_AT + 16], FREE + 9
    mov dword [TSS_AT + 12], 6`,
  'in a table that is too short':
    'mov word [GDT_AT + TSS], 15\n mov eax, TSS\n mov byte [GDT_AT + TSS + 5], 0x89\n ltr ax',
};

const transfers: Readonly<Record<string, string>> = {
  'call through a gate': 'call FREE + 3:0',
  interrupt: 'int 3',
};

const interruptGate = gate('IDT_AT + 0x82 * 8', 'CODE', 'LAND_AT', 0xee);

export const gateCases: readonly Case[] = [
  ...Object.entries(transfers).flatMap(([transfer, code]) =>
    Object.entries(stackSegments).map(([name, set]) => ({
      name: `${transfer} to an inner level, stack segment ${name}`,
      code: `${set}\n${callGate('LAND_AT', 0xec, 0, 'CODE1')}${interruptGate} mov word [IDT_AT + 0x82 * 8 + 2], CODE1
      call ring3\n ${code}`,
    })),
  ),
  ...[0, 1, 2, 31].map((count) => ({
    name: `a call gate copies ${count} parameters`,
    code: `${callGate('.in', 0xec, count)} call ring3
      push dword 0x33\n push dword 0x22\n push dword 0x11\n call FREE + 3:0\n.in: ${popped}`,
  })),
  {
    name: 'a 16-bit call gate copies 3 words',
    code: `mov dword [LAND_AT + 16], 0x5b5b5866
      mov word [LAND_AT + 20], 0x81cd\n ${callGate('LAND_AT + 16', 0xe4, 3)} call ring3
      push dword 0x22221111\n push dword 0x44443333\n call FREE + 3:0`,
  },
  ...[0, 1, 2, 3].map((level) => ({
    name: `a call gate to level ${level} from level 3`,
    code: `${callGate('LAND_AT', 0xec, 0, ['CODE', 'CODE1', 'CODE2', 'CODE3'][level])} call ring3\n call FREE + 3:0`,
  })),
  {
    name: 'a jump through a call gate to an inner level',
    code: `${callGate('LAND_AT', 0xec)} call ring3\n jmp FREE + 3:0`,
  },
  {
    name: 'a jump through a call gate to conforming code',
    code: `${callGate('LAND_AT', 0xec, 0, 'CONFORMING')} call ring3\n jmp FREE + 3:0`,
  },
  { name: 'a call gate to a null selector', code: `${callGate('LAND_AT', 0xec, 0, '0')} call ring3\n call FREE + 3:0` },
  { name: 'a call gate to data', code: `${callGate('LAND_AT', 0xec, 0, 'DATA')} call ring3\n call FREE + 3:0` },
  { name: 'a call gate beyond the table', code: `${callGate('LAND_AT', 0xec, 0, '0x2000')} call FREE:0` },
  {
    name: 'a call gate to code that is not present',
    code: `${put('FREE + 8', segment({ access: 0x1b }))}${callGate('LAND_AT', 0xec, 0, 'FREE + 8')} call FREE:0`,
  },
  {
    name: 'a call gate beyond the limit of its code',
    code: `${put('FREE + 8', segment({ access: 0x9b, limit: 0xff, flags: 4 }))}${callGate('0x100', 0xec, 0, 'FREE + 8')}
      call ring3\n call FREE + 3:0`,
  },
  {
    name: 'a call that has no room on its own stack',
    code: `${put('FREE + 8', segment({ access: 0xf3, limit: 0xfff, flags: 4 }))} call ring3
      mov eax, FREE + 11
      mov ss, eax\n mov esp, 4\n call CODE3:LAND_AT`,
  },
  {
    name: 'a near call that has no room',
    code: `${put('FREE + 8', segment({ access: 0xf3, limit: 0xfff, flags: 4 }))} call ring3
      mov eax, FREE + 11
      mov ss, eax\n mov esp, 2\n call .next\n.next: int 0x81`,
  },
  ...Object.entries({
    'null CS': ['DATA3', '0'],
    'null SS': ['0', 'CODE3'],
    'SS of another level': ['DATA2', 'CODE3'],
    'SS that is code': ['CODE3', 'CODE3'],
    'CS of an inner level with an outer RPL': ['DATA3', 'CODE + 3'],
    'CS that is data': ['DATA3', 'DATA3'],
    'CS beyond the table': ['DATA3', '0x1003'],
    'conforming CS': ['DATA3', 'CONFORMING + 3'],
    'nothing wrong': ['DATA3', 'CODE3'],
  }).flatMap(([name, [stack, code]]) => [
    {
      name: `RETF to an outer level, ${name}`,
      code: `push dword ${stack}\n push dword STACK3_AT\n push dword ${code}\n push dword LAND_AT\n retf`,
    },
    {
      name: `IRET to an outer level, ${name}`,
      code: `push dword ${stack}\n push dword STACK3_AT\n push dword 0x3202\n push dword ${code}\n push dword LAND_AT\n iretd`,
    },
  ]),
  {
    name: 'RETF to an outer level makes segments of inner levels null',
    code: `mov eax, DATA\n mov ds, eax\n mov eax, DATA3\n mov es, eax\n mov eax, CODE1 & ~3\n mov fs, eax
      mov eax, CONFORMING\n mov gs, eax\n push dword DATA3\n push dword STACK3_AT\n push dword CODE3\n push dword .out\n retf
.out: mov eax, ds\n mov ebx, es\n mov ecx, fs\n mov edx, gs\n int 0x81`,
  },
  {
    name: 'RETF n drops parameters of both stacks',
    code: `mov dword [STACK3_AT + 8], 0x77\n push dword DATA3\n push dword STACK3_AT\n push dword 0\n push dword 0
      push dword CODE3\n push dword .out\n retf 8\n.out: mov eax, [esp]\n mov ebx, esp\n int 0x81`,
  },
  { name: 'RETF to an inner level', code: 'call ring3\n push dword CODE\n push dword LAND_AT\n retf' },
  { name: 'IRET to an inner level', code: 'call ring3\n pushfd\n push dword CODE\n push dword LAND_AT\n iretd' },
  {
    name: 'IRET at level 3 does not change IF and IOPL',
    code: 'call ring3\n push dword 0x3202\n push dword CODE3\n push dword .next\n iretd\n.next: pushfd\n pop eax\n int 0x81',
  },
  {
    name: 'POPF at level 3 does not change IF and IOPL',
    code: 'call ring3\n push dword 0x247fd7\n popfd\n.next: pushfd\n pop eax\n and eax, ~0x8d5\n push dword 2\n popfd\n int 0x81',
  },
  ...Object.entries({
    'not present': 'mov byte [IDT_AT + 0x82 * 8 + 5], 0x0e',
    'of level 0': 'mov byte [IDT_AT + 0x82 * 8 + 5], 0x8e',
    'that is a call gate': 'mov byte [IDT_AT + 0x82 * 8 + 5], 0xec',
    'with a null selector': 'mov word [IDT_AT + 0x82 * 8 + 2], 0\n mov byte [IDT_AT + 0x82 * 8 + 5], 0xee',
    'to data': 'mov word [IDT_AT + 0x82 * 8 + 2], DATA\n mov byte [IDT_AT + 0x82 * 8 + 5], 0xee',
    'to an outer level': 'mov word [IDT_AT + 0x82 * 8 + 2], CODE3\n mov byte [IDT_AT + 0x82 * 8 + 5], 0xee',
    'to a task': 'mov word [IDT_AT + 0x82 * 8 + 2], TSS_B\n mov byte [IDT_AT + 0x82 * 8 + 5], 0xe5',
    'to a task that is none': 'mov word [IDT_AT + 0x82 * 8 + 2], DATA\n mov byte [IDT_AT + 0x82 * 8 + 5], 0xe5',
    'of 16 bits':
      'mov byte [IDT_AT + 0x82 * 8 + 5], 0xe6\n mov dword [LAND_AT + 16], 0x5b58\n mov dword [LAND_AT + 18], 0x81cd5a59',
  }).flatMap(([name, set]) => [
    { name: `INT n at level 0, gate ${name}`, code: `${interruptGate}${set}\n int 0x82` },
    { name: `INT n at level 3, gate ${name}`, code: `${interruptGate}${set}\n call ring3\n int 0x82` },
  ]),
  {
    name: 'INT n beyond the limit of the table',
    code: 'mov word [DATA_AT], 0x40f\n mov dword [DATA_AT + 2], IDT_AT\n lidt [DATA_AT]\n int 0x82',
  },
  {
    name: 'a trap gate leaves IF, an interrupt gate clears it',
    code: `${gate('IDT_AT + 0x82 * 8', 'CODE', '.in', 0x8f)}${gate('IDT_AT + 0x83 * 8', 'CODE', '.in', 0x8e)}
      mov al, 0xff\n out 0x21, al\n out 0xa1, al\n sti\n int 0x82\n mov ebx, eax\n int 0x83\n cli\n int 0x81
.in: pushfd\n pop eax\n and eax, 0x200\n iretd`,
  },
  {
    name: 'INT3 through a gate of level 0 from level 3',
    code: 'mov byte [IDT_AT + 3 * 8 + 5], 0x8e\n call ring3\n int3',
  },
  {
    name: 'ICEBP does not look at the level of the gate',
    code: 'mov byte [IDT_AT + 8 + 5], 0x8e\n call ring3\n db 0xf1',
  },
  {
    name: 'a fault while another is delivered is a double fault',
    code: 'mov byte [IDT_AT + 13 * 8 + 5], 0x0e\n mov eax, 0x1000\n mov ds, eax',
  },
  {
    name: 'a divide error through a gate that is not present',
    code: 'mov byte [IDT_AT + 5], 0x0e\n xor ecx, ecx\n div ecx',
  },
  {
    name: 'a benign exception through a bad gate is told as that',
    code: 'mov byte [IDT_AT + 6 * 8 + 5], 0x0e\n ud2',
  },
];
