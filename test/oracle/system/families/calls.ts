import type { Random } from '../../../support/random.ts';
import { loop, type Piece } from '../loops.ts';
import type { Paging } from '../paging.ts';
import { beforePageEnd, breakpointAt, type Family, hex } from '../snippet.ts';

/** In 32-bit code of any level; SELECTOR is its segment's. ESI is a place in free memory. */
const pieces: readonly Piece[] = [
  'pushad\n popad',
  'pushaw\n popaw',
  'pushad\n add [esp + 28], ecx\n popad',
  'pushad\n mov ebp, esp\n xor [ebp + 20], edx\n popad',
  'pushad\n pop edi\n pop eax\n push edi\n push eax\n popad',
  'pushaw\n add esp, 16',
  'enter 8, 0\n mov [ebp - 4], ecx\n add edx, [ebp - 4]\n leave',
  'o16 enter 6, 0\n add esp, 8\n mov ebp, esp',
  'mov ebp, esp\n enter 4, 1\n enter 4, 2\n enter 4, 3\n leave\n leave\n leave',
  'mov ebp, esp\n enter 0x100, 33\n leave',
  'mov ebp, esp\n enter 12, 5\n leave',
  'push ebx\n call .f@|.f@: enter 4, 0\n add ecx, [ebp + 8]\n leave\n ret 4',
  'call SELECTOR:.f@|.f@: inc edx\n retf',
  'push eax\n push ebx\n call SELECTOR:.f@|.f@: add ecx, [esp + 8]\n retf 8',
  'mov dword [esi], .f@\n mov [esi + 4], cs\n call far [esi]|.f@: xor edx, ecx\n retf',
  'mov dword [esi], .j@\n mov [esi + 4], cs\n jmp far [esi]\n.j@: inc ebx',
  'push cs\n call .f@|.f@: rol eax, 1\n retf',
  'push cs\n push dword .r@\n retf\n.r@: inc eax',
  'pushfd\n push cs\n push dword .r@\n iretd\n.r@: inc eax',
  'pushfd\n push cs\n call .f@|.f@: dec edx\n iretd',
  'pushfd\n pop ebx\n and ebx, 0x8d5\n pushfd\n or [esp], ebx\n popfd',
  'call 0x6b:0',
  'push eax\n push ecx\n call 0xa3:0',
  'int 0x71',
  'call SELECTOR:.f@|.f@: int 0x71\n call 0x6b:0\n retf',
  'push ds\n push es\n pop ds\n pop es',
];

const handlers = [
  'iretd',
  'inc dword [ss:sum]\n iretd',
  'xor dword [esp + 8], 0x41\n iretd',
  'pushad\n popad\n iretd',
  'add [ss:sum], eax\n inc edx\n iretd',
  'push ds\n push es\n pushad\n mov eax, DATA\n mov ds, ax\n inc dword [sum]\n popad\n pop es\n pop ds\n iretd',
];

const stacks = (random: Random): string =>
  random.pick([
    'nop',
    `mov esp, HOLE + 0x2000 + ${random.below(40)}`,
    `mov esp, HOLE + 0x1000 + ${random.below(300)}`,
    `mov esp, HOLE + ${hex(random.pick([0x100, 0x1800]))}`,
  ]);

/** At the beginning of a turn: nothing, a stack that moves, a page of it that is written to by other means. */
const begins = ['', '', 'add esp, 4', 'sub esp, 2', 'mov [HOLE + 0x1000], ecx', 'cld'];

const gate = (random: Random): string => ` mov eax, .h
 mov [IDT_AT + 0x71 * 8], eax
 mov [IDT_AT + 0x71 * 8 + 4], eax
 mov word [IDT_AT + 0x71 * 8 + 2], CODE
 mov word [IDT_AT + 0x71 * 8 + 4], ${random.pick(['0xee00', '0xef00'])}`;

function kernelLoop(random: Random): string {
  return `${gate(random)}
 ${random.pick(['', 'sti'])}
 mov esi, FREE + ${hex(random.pick([0x20, 0xffd, 0x103]))}
 ${stacks(random)}
 ${random.chance(30) ? beforePageEnd(1 + random.below(60)) : ''}
${loop(random, { pieces, counter: '[count]', begin: random.pick(begins), values: () => ({ SELECTOR: 'CODE' }) })}
 cli
 jmp .o
.h: ${random.pick(handlers)}
.o:`;
}

function userLoop(random: Random, begin: string, handler: string): string {
  return `${gate(random)}
 mov dword [system_call], .sys
 mov eax, .u
 mov edx, ${random.pick(['2', '0x202', '0x3202'])}
 jmp user_start_with
.h: ${handler}
.u: mov esi, FREE + 0x20
 ${stacks(random)}
 ${random.chance(30) ? beforePageEnd(1 + random.below(60)) : ''}
${loop(random, { pieces, counter: '[count]', begin, values: () => ({ SELECTOR: 'USER_CODE' }) })}
 int 0x80
.sys: nop`;
}

/** Pages of the stack go away, some turns apart; the handler of exceptions brings them back. */
function missingLoop(random: Random, { entry }: Paging): string {
  const page = random.pick(['HOLE', 'HOLE + 0x1000', 'HOLE + 0x2000']);
  const goes = ` test byte [count], ${random.pick([15, 7])}
 jnz .here
 and byte [${entry(page)}], ${random.pick(['~1', '~2', '~1'])}
 int 0x71
.here:`;
  return userLoop(random, goes, `invlpg [${page}]\n iretd`);
}

/** PUSHA, POPA, ENTER, LEAVE, far calls and returns, gates and IRET of 32-bit code, often, with stacks that cross pages. */
export const calls: Family = {
  'loops of 32-bit code': (random) => kernelLoop(random),
  'loops of user mode': (random) => userLoop(random, random.pick(begins), random.pick(handlers)),
};

/** Where calls lead, and what they push. */
const watched = [
  '.h',
  '.loop',
  '.done',
  'HOLE + 0x2004',
  'HOLE + 0x1ffa',
  'HOLE + 0xff4',
  'KERNEL_STACK - 8',
  'KERNEL_STACK - 0x1e',
];

/** Programs of calls with pages that are missing, by several accesses of one instruction, with breakpoints, and with limits. */
export const interruptedCalls: Family = {
  'loops of 32-bit code with a breakpoint': (random) => `${breakpointAt(random, watched)}\n${kernelLoop(random)}`,
  'loops of user mode with a breakpoint': (random) =>
    `${breakpointAt(random, watched)}\n${userLoop(random, '', random.pick(handlers))}`,
  'loops with stacks in missing pages': missingLoop,
  'loops with small stacks': (random) => `mov ax, ${random.pick(['0x60', '0x58', '0xa8'])}
 mov ss, ax
 mov esp, ${hex(random.pick([0x1000 + random.below(200), 0xf0 + random.below(18), random.below(40)]))}
 mov ebp, esp
 mov esi, FREE + 0x20
${gate(random)}
${loop(random, { pieces, counter: '[count]', values: () => ({ SELECTOR: 'CODE' }) })}
 jmp .o
.h: ${random.pick(handlers)}
.o:`,
};
