import type { Case } from '../kernel.ts';
import { Layout, segment } from '../layout.ts';
import { gate, put } from './assembly.ts';

/** How a task can be switched to. */
const switches: Readonly<Record<string, string>> = {
  'CALL to a TSS': 'call TSS_B:0',
  'JMP to a TSS': 'jmp TSS_B:0',
  'CALL through a task gate': `${gate('GDT_AT + FREE', 'TSS_B', '0', 0x85)} call FREE:0`,
  'INT through a task gate': `${gate('IDT_AT + 0x82 * 8', 'TSS_B', '0', 0x85)} int 0x82`,
};

const FIELD = {
  cr3: 0x1c,
  eip: 0x20,
  eflags: 0x24,
  esp: 0x38,
  es: 0x48,
  cs: 0x4c,
  ss: 0x50,
  ds: 0x54,
  ldt: 0x60,
  trap: 0x64,
};

/** Faults of the task that is switched to. */
const faults: Readonly<Record<string, string>> = {
  'that is busy': 'mov byte [GDT_AT + TSS_B + 5], 0x8b',
  'that is not present': 'mov byte [GDT_AT + TSS_B + 5], 0x09',
  'with too small a limit': 'mov word [GDT_AT + TSS_B], 0x66',
  'with a null CS': `mov dword [TSS_B_AT + ${FIELD.cs}], 0`,
  'with data as CS': `mov dword [TSS_B_AT + ${FIELD.cs}], DATA`,
  'with CS of another level': `mov dword [TSS_B_AT + ${FIELD.cs}], CODE + 3`,
  'with a null SS': `mov dword [TSS_B_AT + ${FIELD.ss}], 0`,
  'with SS of another level': `mov dword [TSS_B_AT + ${FIELD.ss}], DATA3`,
  'with SS that is not present': `${put('FREE + 8', segment({ access: 0x13 }))} mov dword [TSS_B_AT + ${FIELD.ss}], FREE + 8`,
  'with CS that is not present': `${put('FREE + 8', segment({ access: 0x1b }))} mov dword [TSS_B_AT + ${FIELD.cs}], FREE + 8`,
  'with DS that is not present': `${put('FREE + 8', segment({ access: 0x13 }))} mov dword [TSS_B_AT + ${FIELD.ds}], FREE + 8`,
  'with DS that is code which cannot be read': `${put('FREE + 8', segment({ access: 0x99 }))} mov dword [TSS_B_AT + ${FIELD.ds}], FREE + 8`,
  'with a local table that is none': `mov dword [TSS_B_AT + ${FIELD.ldt}], DATA`,
  'with a local table that is not present': `mov byte [GDT_AT + LDT + 5], 2\n mov dword [TSS_B_AT + ${FIELD.ldt}], LDT`,
  'with EIP beyond the limit': `${put('FREE + 8', segment({ access: 0x9b, limit: 0xff, flags: 4 }))} mov dword [TSS_B_AT + ${FIELD.cs}], FREE + 8`,
};

/** The new task's registers: its selectors in two of them. */
const look = `.in: mov eax, cs\n mov ebx, ss\n str ecx\n pushfd\n pop edx\n and edx, ~0x8d5\n int 0x81\n`;
const enter = `mov dword [TSS_B_AT + ${FIELD.eip}], .in\n`;

/** Tasks for the exceptions 10 to 13: they tell the error code, the vector, the task that they interrupted, TSS_B's type. */
const faultTasks = [10, 11, 12, 13]
  .map((vector, n) => {
    const base = Layout.tss_faults + 0x80 * n;
    const selector = `FREE + ${0x20 + 8 * n}`;
    return `mov esi, TSS_B_AT\n mov edi, ${base}\n mov ecx, 26\n rep movsd
  mov dword [${base} + ${FIELD.eip}], .fault\n mov dword [${base} + 0x34], ${vector}
  ${put(selector, segment({ base, limit: 0x67, access: 0x89, flags: 0 }))}${gate(`IDT_AT + ${8 * vector}`, selector, '0', 0x85)}`;
  })
  .join('');
const faultEnd = `
.fault: pop eax\n str ecx\n mov esi, ecx\n sub esi, FREE + 0x20\n shl esi, 4\n mov ecx, [TSS_FAULTS_AT + esi]
  mov edx, [GDT_AT + TSS_B + 4]\n int 0x81\n`;

export const taskCases: readonly Case[] = [
  ...Object.entries(switches).map(([name, code]) => ({ name, code: `${enter}${code}\n${look}` })),
  ...Object.entries(switches).map(([name, code]) => ({
    name: `${name}, and what it leaves in the TSSs and the table`,
    code: `mov dword [TSS_B_AT + ${FIELD.eip}], .in\n ${code}
.in: mov eax, [GDT_AT + TSS + 4]\n mov ebx, [GDT_AT + TSS_B + 4]\n mov ecx, [TSS_B_AT]\n mov edx, [TSS_AT + ${FIELD.eflags}]\n and edx, ~0x8d5\n int 0x81`,
  })),
  ...Object.entries(switches).map(([name, code]) => ({
    name: `${name}, and back by IRET`,
    code: `mov dword [TSS_B_AT + ${FIELD.eip}], .in\n ${code}
  pushfd\n pop eax\n and eax, ~0x8d5\n str ebx\n mov ecx, [GDT_AT + TSS_B + 4]\n mov edx, [TSS_B_AT + ${FIELD.eflags}]\n and edx, ~0x8d5\n int 0x81\n.in: iretd`,
  })),
  ...Object.entries(faults).map(([name, set]) => ({
    name: `CALL to a task ${name}`,
    code: `${faultTasks}${set}\n call TSS_B:0${faultEnd}`,
  })),
  ...Object.entries(faults).map(([name, set]) => ({
    name: `INT through a gate to a task ${name}`,
    code: `${faultTasks}${set}\n ${gate('IDT_AT + 0x82 * 8', 'TSS_B', '0', 0x85)} int 0x82${faultEnd}`,
  })),
  {
    name: 'CALL to a 16-bit TSS',
    // The upper halves of registers are undefined after it: MOVZX of ESP, EAX, EBX, ECX and EDX.
    code: `mov dword [LAND_AT + 32], 0x0fe4b70f\n mov dword [LAND_AT + 36], 0xb70fc0b7
      mov dword [LAND_AT + 40], 0xc9b70fdb\n mov dword [LAND_AT + 44], 0xcdd2b70f\n mov byte [LAND_AT + 48], 0x81
      mov word [TSS_C_AT + 14], LAND_AT + 32\n mov word [TSS_C_AT + 18], 0x1234\n mov word [TSS_C_AT + 26], 0xb000
      mov word [TSS_C_AT + 34], DATA\n mov word [TSS_C_AT + 36], CODE\n mov word [TSS_C_AT + 38], DATA\n mov word [TSS_C_AT + 40], DATA\n call TSS_C:0`,
  },
  { name: 'a 16-bit TSS that is too short', code: 'mov word [GDT_AT + TSS_C], 0x2a\n call TSS_C:0' },
  { name: 'a switch with the debug bit set', code: `mov dword [TSS_B_AT + ${FIELD.trap}], 0x680001\n call TSS_B:0` },
  {
    name: 'a switch sets CR0.TS',
    code: `mov dword [TSS_B_AT + ${FIELD.eip}], .in\n clts\n call TSS_B:0\n.in: mov eax, cr0\n int 0x81`,
  },
  {
    name: 'a switch clears the local breakpoints',
    code: `mov dword [TSS_B_AT + ${FIELD.eip}], .in\n mov eax, 0x355\n mov dr7, eax\n call TSS_B:0\n.in: mov eax, dr7\n int 0x81`,
  },
  {
    name: 'IRET with NT to a task that is not busy',
    code: 'mov word [TSS_AT], TSS_B\n push dword 0x4002\n popfd\n iretd',
  },
  { name: 'IRET with NT to a null link', code: 'mov word [TSS_AT], 0\n push dword 0x4002\n popfd\n iretd' },
  {
    name: 'IRET with NT to a link that is a segment',
    code: 'mov word [TSS_AT], DATA\n push dword 0x4002\n popfd\n iretd',
  },
  {
    name: 'IRET with NT to a link in the local table',
    code: 'mov word [TSS_AT], TSS_B + 4\n push dword 0x4002\n popfd\n iretd',
  },
  { name: 'CALL to a TSS of level 0 from level 3', code: 'call ring3\n call TSS_B:0' },
  {
    name: 'CALL to a TSS of level 3 from level 3',
    code: `mov byte [GDT_AT + TSS_B + 5], 0xe9\n ${enter} call ring3\n call TSS_B:0\n${look}`,
  },
  {
    name: 'a task at level 3',
    code: `${['cs', 'ss', 'ds', 'es'].map((name) => `mov dword [TSS_B_AT + ${FIELD[name as 'cs']}], ${name === 'cs' ? 'CODE3' : 'DATA3'}`).join('\n')}\n ${enter} call TSS_B:0\n${look}`,
  },
  { name: 'LTR with a busy TSS', code: 'mov ax, TSS\n ltr ax' },
  { name: 'LTR with a null selector', code: 'xor ax, ax\n ltr ax' },
  { name: 'LTR with a segment', code: 'mov ax, DATA\n ltr ax' },
  { name: 'LTR with a TSS that is not present', code: 'mov byte [GDT_AT + TSS_B + 5], 9\n mov ax, TSS_B\n ltr ax' },
  { name: 'LTR with a local selector', code: 'mov ax, TSS_B + 4\n ltr ax' },
  { name: 'LTR at level 3', code: 'call ring3\n mov ax, TSS_B\n ltr ax' },
  { name: 'LLDT with a null selector, then a local selector', code: 'xor ax, ax\n lldt ax\n mov ax, 12\n mov ds, ax' },
  { name: 'LLDT with a TSS', code: 'mov ax, TSS_B\n lldt ax' },
  { name: 'LLDT not present', code: 'mov byte [GDT_AT + LDT + 5], 2\n mov ax, LDT\n lldt ax' },
  { name: 'a selector beyond the local table', code: 'mov ax, LDT\n lldt ax\n mov ax, 0x104\n mov ds, ax' },
];
