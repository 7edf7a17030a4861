import type { Case } from '../../protection/kernel.ts';
import { gate } from '../vmm.ts';

const guest = (name: string, setup: string, code: string, after = ''): Case => ({
  name,
  code: `${gate}\n mov eax, .guest\n call begin\n ${setup}\n call run\n ${after}\n int 0x81\n.guest: ${code}\n vmmcall\n.taken: mov edx, 9\n iretd`,
});

const injected: readonly Case[] = [
  guest('an interrupt is injected', 'mov dword [EVENT], 0x80000080', 'nop\n.after: mov ebx, 7'),
  guest(
    'an exception with an error code is injected',
    'mov dword [EVENT], 0x80000b0d\n mov dword [EVENT + 4], 0x1234\n mov dword [resume], .after',
    'nop\n.after: mov ebx, 7',
  ),
  guest(
    'an exception without one is injected',
    'mov dword [EVENT], 0x80000306\n mov dword [resume], .after',
    'nop\n.after: mov ebx, 7',
  ),
  guest(
    'a software interrupt is injected',
    'mov eax, [G_EIP]\n mov [NEXT], eax\n mov dword [EVENT], 0x80000403\n mov dword [resume], .after',
    'nop\n.after: mov ebx, 7',
  ),
  guest('an NMI is injected', 'mov dword [EVENT], 0x80000202\n mov dword [resume], .after', 'nop\n.after: mov ebx, 7'),
  guest(
    'an injected exception is not intercepted',
    'mov dword [EVENT], 0x80000b0d\n mov dword [EXCEPTION_INTERCEPTS], 0x2000\n mov dword [resume], .after',
    'nop\n.after: mov ebx, 7',
  ),
  guest(
    'an injected event is over after an exit',
    'mov dword [EVENT], 0x80000306\n mov dword [resume], .after',
    'nop\n.after: mov ebx, 7',
    'mov eax, [EVENT]\n shr eax, 31',
  ),
  guest(
    'an injected interrupt has no gate, and #GP is intercepted',
    'mov dword [EVENT], 0x80000040\n mov dword [EXCEPTION_INTERCEPTS], 0x2000',
    'nop',
  ),
  guest(
    'an injected exception has no gate, and #GP is intercepted',
    'mov dword [EVENT], 0x80000306\n mov dword [EXCEPTION_INTERCEPTS], 0x2000\n mov word [G_IDTR + 4], 7',
    'nop',
  ),
  guest(
    'an injected interrupt leads to a page fault on its stack',
    'call tables\n mov dword [G_CR3], TABLES\n or dword [G_CR0], 0x80000000\n mov dword [G_ESP], 0x500000\n mov dword [EVENT], 0x80000080\n mov dword [EXCEPTION_INTERCEPTS], 0x4000',
    'nop',
  ),
];

const during: readonly Case[] = [
  guest(
    'an exception has no gate, and #GP is intercepted',
    'mov dword [EXCEPTION_INTERCEPTS], 0x2000\n mov word [G_IDTR + 4], 7',
    'ud2',
  ),
  guest(
    'a division has no gate, and a double fault is intercepted',
    'mov dword [EXCEPTION_INTERCEPTS], 0x100\n mov word [G_IDTR + 4], 0',
    'xor ecx, ecx\n div ecx',
  ),
  guest('INT n has no gate, and #GP is intercepted', 'mov dword [EXCEPTION_INTERCEPTS], 0x2000', 'int 0x40'),
  ...['int3', 'mov al, 0x7f\n add al, 1\n into'].map((code) =>
    guest(
      `${code.slice(-4).toUpperCase()} leads to #GP, which is intercepted`,
      'mov dword [EXCEPTION_INTERCEPTS], 0x2000\n mov word [G_IDTR + 4], 23',
      code,
    ),
  ),
  guest('a triple fault is intercepted', 'mov word [G_IDTR + 4], 0', 'ud2'),
];

const ports: readonly Case[] = [
  ...Object.entries({
    'in al, 0x80': 0x80,
    'in ax, 0x80': 0x81,
    'in eax, 0x80': 0x83,
    'in al, 0x81': 0x80,
    'out 0x80, al': 0x80,
    'out 0x80, ax': 0x80,
    'out 0x7f, eax': 0x82,
    'in al, 0x7f': 0x7f,
  }).map(([code, port]) =>
    guest(
      `${code} with port ${port.toString(16)} intercepted`,
      `mov eax, ${port}\n call forbid_port`,
      `xor eax, eax\n ${code}`,
    ),
  ),
  guest(
    'a string of a port',
    'mov eax, 0x80\n call forbid_port',
    'mov edx, 0x80\n mov edi, DATA_AT\n insb',
    'mov eax, [EXIT_1]\n and eax, 0xffff0075',
  ),
  guest(
    'a repeated string to a port',
    'mov eax, 0x81\n call forbid_port',
    'mov edx, 0x80\n mov esi, DATA_AT\n mov ecx, 3\n rep outsw',
    'mov eax, [EXIT_1]\n and eax, 0xffff007d',
  ),
  {
    name: 'a port that the task may not use',
    code: 'mov eax, .guest\n call begin\n mov eax, 0x70\n call forbid_port\n mov dword [EXCEPTION_INTERCEPTS], 0x2000\n mov dword [G_CS], 0xcfb0000 + CODE3\n mov dword [G_SS], 0xcf30000 + DATA3\n mov byte [G_CPL], 3\n call run\n int 0x81\n.guest: in al, 0x70\n vmmcall',
  },
];

const registers: readonly Case[] = [
  guest(
    'a read of a register that is intercepted',
    'mov eax, 2 * 0x174\n call forbid_register',
    'mov ecx, 0x174\n rdmsr',
  ),
  guest(
    'a write of a register whose reads are intercepted',
    'mov eax, 2 * 0x174\n call forbid_register',
    'mov ecx, 0x174\n xor eax, eax\n xor edx, edx\n wrmsr',
  ),
  guest(
    'a write of a register that is intercepted',
    'mov eax, 2 * 0x174 + 1\n call forbid_register',
    'mov ecx, 0x174\n wrmsr',
  ),
  guest('a read of EFER', 'mov eax, 8 * 0x800 + 2 * 0x80\n call forbid_register', 'mov ecx, 0xc0000080\n rdmsr'),
  guest(
    'a read of VM_HSAVE_PA',
    'mov eax, 8 * 0x1000 + 2 * 0x117\n call forbid_register',
    'mov ecx, 0xc0010117\n rdmsr',
  ),
  guest('a register that the map does not have', 'or dword [INTERCEPTS], 0x10000000', 'mov ecx, 0x4b564d00\n rdmsr'),
];

const tasks: readonly Case[] = [
  guest('a jump to a task', 'or dword [INTERCEPTS], 0x20000000', 'jmp TSS_B:0'),
  guest('a call of a task', 'or dword [INTERCEPTS], 0x20000000', 'call TSS_B:0'),
  guest(
    'a return to a task',
    'or dword [INTERCEPTS], 0x20000000\n mov word [TSS_AT], TSS_B\n or byte [GDT_AT + TSS_B + 5], 2',
    'push dword 0x4002\n popfd\n iretd',
  ),
  guest(
    'an exception by a task gate',
    'or dword [INTERCEPTS], 0x20000000\n mov dword [IDT_AT + 8 * 13], TSS_B * 65536\n mov dword [IDT_AT + 8 * 13 + 4], 0x8500',
    'mov ax, 0xff8\n mov ds, ax',
  ),
];

export const eventCases: readonly Case[] = [...injected, ...during, ...ports, ...registers];
export const taskCases: readonly Case[] = tasks;

/** The EIP after the instruction, which `nrip-save` adds. */
export const nextCases: readonly Case[] = [
  guest(
    'the EIP after an instruction',
    'or dword [INTERCEPTS], 0x40000',
    'cpuid',
    'mov eax, [NEXT]\n sub eax, [G_EIP]',
  ),
  guest(
    'the EIP after a port access',
    'mov eax, 0x80\n call forbid_port',
    'in al, 0x80',
    'mov eax, [NEXT]\n sub eax, [EXIT_2]',
  ),
  guest('the EIP after a fault', 'mov dword [EXCEPTION_INTERCEPTS], 0x40', 'ud2', 'mov eax, [NEXT]'),
  guest('no EIP after INT n that faults', 'mov dword [EXCEPTION_INTERCEPTS], 0x2000', 'int 0x40', 'mov eax, [NEXT]'),
  guest('no EIP after a task switch', 'or dword [INTERCEPTS], 0x20000000', 'jmp TSS_B:0', 'mov eax, [NEXT]'),
  guest(
    'the EIP after BOUND',
    'mov dword [EXCEPTION_INTERCEPTS], 0x20\n mov dword [DATA_AT], 1\n mov dword [DATA_AT + 4], 2',
    'mov ecx, 5\n bound ecx, [DATA_AT]',
    'mov eax, [NEXT]\n sub eax, [G_EIP]',
  ),
  guest(
    'a software interrupt returns to the EIP that is told',
    'mov eax, .after\n mov [NEXT], eax\n mov dword [EVENT], 0x80000480',
    'mov ebx, 1\n.after: mov ecx, 7',
  ),
];
