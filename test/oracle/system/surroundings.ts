import type { Paging } from './paging.ts';

/** The differences between programs. */
export interface Surroundings {
  readonly paging: Paging;
  /** Divisor of the timer's 1193182 Hz. */
  readonly divisor: number;
  /** Ticks after which a snippet is left. */
  readonly mostTicks: number;
  /** How often all snippets run. */
  readonly rounds: number;
  /** The guest prints what it sees. */
  readonly prints: boolean;
}

/** Places besides those of the test kernel; WINDOW is the base of segments. */
const places = `
SHORT_CODE equ 0x8000
IDT_AT equ 0x9000
LOCAL_TABLE equ 0xb000
TASK_STACK equ 0x5000
FAULT_STACK equ 0x6000
WINDOW equ 0x120000
HOLE equ 0x300000
HOLE_BYTES equ 0x8000
`;

/** Sets memory, tables and timer up, the same whatever was there before. */
const start = ({ paging, divisor, rounds }: Surroundings): string => `
main: cld
 xor eax, eax
 xor edi, edi
 mov ecx, (IMAGE - 0x100) / 4
 rep stosd
 mov edi, LOG
 mov ecx, (0x90000 - LOG) / 4
 rep stosd
 mov edi, FREE
 mov ecx, 0x1800
 mov eax, 0x12345678
.fill: stosd
 imul eax, 0x19660d
 add eax, ecx
 loop .fill
 xor eax, eax
 mov edi, HOLE
 mov ecx, HOLE_BYTES / 4
 rep stosd
 fninit
 lgdt [wide_gdt_register]
 mov esi, idt
 mov edi, IDT_AT
 mov ecx, 0x81 * 2
 rep movsd
 mov dword [IDT_AT + 8 * 8], 0x400000
 mov dword [IDT_AT + 8 * 8 + 4], 0x8500
 mov dword [IDT_AT + 0x70 * 8], 0x480000
 mov dword [IDT_AT + 0x70 * 8 + 4], 0xe500
 lidt [wide_idt_register]
 mov eax, on_timer
 mov [IDT_AT + 0x20 * 8], ax
 shr eax, 16
 mov [IDT_AT + 0x20 * 8 + 6], ax
 ${paging.start}
 call settle
 mov dword [hook], on_exception
 mov ax, ${divisor}
 call timer_start
 mov dword [rounds], ${rounds}
`;

/**
 * An exception is observed. A page of the hole that is missing or may not be written comes back, and the instruction is
 * done again; after a debug exception it goes on, 60 times; after others the next snippet begins.
 */
const onException = ({ entry, entryBytes }: Paging): string => `
on_exception:
 call observe_exception
 mov dword [log_end], LOG
 cmp dword [ebp + 32], 14
 jne .other
 mov eax, cr2
 sub eax, HOLE
 cmp eax, HOLE_BYTES
 jae .other
 dec dword [demands]
 js .other
 and eax, 0xfffff000
 lea ecx, [eax + HOLE + 7]
 shr eax, 12
 mov [eax * ${entryBytes} + ${entry('HOLE')}], ecx
 mov eax, cr2
 invlpg [eax]
 ret
.other:
 cmp dword [ebp + 32], 1
 jne .next
 dec dword [debugs]
 js .next
 or dword [ebp + 48], 0x10000
 ret
.next:
 and dword [ebp + 48], 0xfff99aff
 mov dword [ebp + 44], CODE
 mov eax, [next]
 mov [ebp + 40], eax
 xor eax, eax
 mov dr7, eax
 ret
`;

/** A snippet that runs for too many ticks is left. */
const onTimer = (mostTicks: number): string => `
on_timer:
 push ebp
 lea ebp, [esp + 4]
 push eax
 mov al, 0x20
 out 0x20, al
 inc dword [ss:since]
 cmp dword [ss:since], ${mostTicks}
 jb .done
 test dword [ebp + 8], 0x20000
 jnz .done
 mov eax, [ss:next]
 mov [ebp], eax
 mov dword [ebp + 4], CODE
 mov dword [ss:since], 0
.done: pop eax
 pop ebp
 iretd
`;

/** The task of double faults puts the first task at the next snippet; the other task comes back at once. */
const tasks = (root: string): string => `
double_fault:
 mov al, 'D'
 call put
 mov eax, [next]
 mov [task_state + 32], eax
 mov dword [task_state + 36], 2
 mov dword [task_state + 56], KERNEL_STACK - 0x800
 mov dword [task_state + 72], DATA
 mov dword [task_state + 76], CODE
 mov dword [task_state + 80], DATA
 mov dword [task_state + 84], DATA
 mov dword [task_state + 96], 0
 mov dword [task_state + 28], ${root}
 mov word [fault_task], TASK
 mov byte [wide_gdt + TASK + 5], 0x8b
 mov esp, FAULT_STACK
 push dword 0x4002
 popfd
 iretd
 jmp double_fault
reset_tasks:
 mov byte [ss:wide_gdt + TASK + 5], 0x89
 mov eax, TASK
 ltr ax
 mov dword [ss:wide_gdt + 0x48], ((other_task & 0xffff) << 16) + 0x67
 mov dword [ss:wide_gdt + 0x4c], 0x8900 + (other_task >> 16)
 mov byte [ss:wide_gdt + 0x45], 0x89
 mov dword [ss:task_state + 28], ${root}
 mov dword [ss:fault_task + 28], ${root}
 mov dword [ss:other_task + 28], ${root}
 mov dword [ss:other_task + 32], other_entry
 mov dword [ss:other_task + 36], 2
 mov dword [ss:other_task + 56], TASK_STACK
 mov dword [ss:other_task + 72], DATA
 mov dword [ss:other_task + 76], CODE
 mov dword [ss:other_task + 80], DATA
 mov dword [ss:other_task + 84], DATA
 mov dword [ss:other_task + 88], 0
 mov dword [ss:other_task + 92], 0
 mov dword [ss:other_task + 96], 0
 ret
other_entry:
 inc dword [ss:sum]
 pushfd
 test dword [esp], 0x4000
 jz .back
 iretd
 jmp other_entry
.back: jmp TASK:0
`;

const tables = `
 align 8
wide_gdt:
 dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF, 0x00CFFB000000FFFF, 0x00CFF3000000FFFF
 dw 0x67, task_state, 0x8900 + (task_state >> 16), 0
 dq 0x00009B000000FFFF, 0x000093000000FFFF
 dw 0x67, fault_task & 0xffff, 0x8900 + (fault_task >> 16), 0
 dw 0x67, other_task & 0xffff, 0x8900 + (other_task >> 16), 0
 dq 0x00009B120000FFFF          ; 50: 16-bit code at WINDOW
 dq 0x00009312000000FF          ; 58: 256 bytes of it
 dq 0x0040970000000FFF          ; 60: expand-down
 dw called & 0xffff, CODE, 0xec00, called >> 16
 dq 0xFFCF93FFF000FFFF          ; 70: 4 GB from the last page on
 dw 0x3ff, LOCAL_TABLE, 0x8200, 0
 dw 0x2b, other_task & 0xffff, 0x8100 + (other_task >> 16), 0
 dw 0, 0x48, 0xe500, 0
 dq 0
 dq 0x00CF9E000000FFFF          ; 98: conforming code
 dw called_with & 0xffff, CODE, 0xec02, called_with >> 16
 dq 0x00CF93120000FFFF          ; a8: 4 GB from WINDOW on
 dq 0, 0
wide_gdt_end:
wide_gdt_register: dw wide_gdt_end - wide_gdt - 1
 dd wide_gdt
wide_idt_register: dw 0x81 * 8 - 1
 dd IDT_AT
called: inc dword [ss:sum]
 retf
called_with: mov eax, [esp + 8]
 add [ss:sum], eax
 retf 8
 align 16
fault_task: dd 0, FAULT_STACK, DATA
 times 4 dd 0
 dd 0, double_fault, 2
 times 4 dd 0
 dd FAULT_STACK, 0, 0, 0
 dd DATA, CODE, DATA, DATA, 0, 0, 0, 0x680000
other_task: dd 0, TASK_STACK, DATA
 times 22 dd 0
 dd 0x680000
sum: dd 0
count: dd 0
since: dd 0
debugs: dd 0
demands: dd 0
function: dd 0
next: dd 0
rounds: dd 0
dma: dd 0, 0, 0, 0
`;

/** Makes paging and tasks what they were. */
const settle = ({ root, cr4, entry, entryBytes }: Paging): string => `
settle:
 mov eax, 0x80010033
 mov cr0, eax
 mov eax, ${cr4}
 mov cr4, eax
 mov eax, HOLE + 7
 mov edi, ${entry('HOLE')}
.page: mov [edi], eax
 add edi, ${entryBytes}
 add eax, 0x1000
 cmp eax, HOLE + HOLE_BYTES
 jb .page
 mov eax, ${root}
 mov cr3, eax
 mov eax, DATA
 mov fs, ax
 mov gs, ax
 xor edi, edi
 xor eax, eax
 mov dr7, eax
 jmp reset_tasks
`;

/** Prints a line: registers, and what an exception pushed; arithmetic flags are left out. */
const observe = (prints: boolean): string => `
observe_end:
 pushad
 mov ebp, esp
 mov al, '='
 call put
 jmp put_registers
observe_exception:
 pushad
 mov al, '#'
 call put
 mov eax, [ebp + 32]
 call put_hex
 mov eax, [ebp + 36]
 call put_hex
 movzx eax, word [ebp + 44]
 call put_hex
 mov eax, [ebp + 40]
 call put_hex
 mov eax, [ebp + 48]
 and eax, 0x27700
 call put_hex
 mov eax, ebp
 test dword [ebp + 48], 0x20000
 jnz .outer
 test byte [ebp + 44], 3
 jz .inner
.outer: mov eax, [ebp + 52]
.inner: call put_hex
 cmp dword [ebp + 32], 14
 jne put_registers
 mov eax, cr2
 call put_hex
put_registers:
 mov eax, [ebp + 28]
 call put_hex
 mov eax, [ebp + 24]
 call put_hex
 mov eax, [ebp + 20]
 call put_hex
 mov eax, [ebp + 16]
 call put_hex
 mov eax, [ebp + 4]
 call put_hex
 mov eax, [ebp]
 call put_hex
 mov eax, [sum]
 call put_hex
 mov al, 10
 call put
 popad
 ret
put_hex:
 ${prints ? '' : 'ret'}
 mov ecx, 8
.digit: rol eax, 4
 mov edx, eax
 and al, 15
 cmp al, 10
 jb .small
 add al, 39
.small: add al, '0'
 out 0xe9, al
 mov eax, edx
 loop .digit
 mov al, 32
put: ${prints ? 'out 0xe9, al' : ''}
 ret
`;

/** A snippet, the nth, and what makes all as it was behind it; what EBP held is lost. */
export const framed = (n: number, snippet: string): string => `
s${n}: mov dword [next], e${n}
 mov dword [since], 0
 mov dword [debugs], 60
 mov dword [demands], 12
${snippet}
e${n}: mov ebp, DATA
 mov ss, bp
 mov esp, KERNEL_STACK
 mov ds, bp
 mov es, bp
 push dword 2
 popfd
 cld
 call observe_end
 call settle
`;

/** All that is around the snippets. */
export function surrounded(body: string, around: Surroundings): string {
  const { paging, mostTicks, prints } = around;
  return `${places}${start(around)}
again:
${body}
 dec dword [rounds]
 jnz near again
 mov esi, FREE
 mov ecx, 0x1000
 xor eax, eax
.memory: rol eax, 1
 xor eax, [esi]
 add esi, 4
 loop .memory
 call put_hex
 mov eax, 1
 jmp exit
${onException(paging)}${onTimer(mostTicks)}${tasks(paging.root)}${settle(paging)}${observe(prints)}${tables}`;
}
