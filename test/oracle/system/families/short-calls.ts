import type { Random } from '../../../support/random.ts';
import { type Loop, loop, type Piece } from '../loops.ts';
import type { Paging } from '../paging.ts';
import { throughRealMode } from '../real-mode.ts';
import { breakpointAt, enterVirtual, type Family, hex, inShortCode } from '../snippet.ts';

/**
 * 16-bit code of any mode. SEGMENT is a selector of its segment, HOME the one that it runs with; OFFSET and BASE are what to
 * add to a label's distance from its beginning. SI is the offset of free memory.
 */
const calls: readonly Piece[] = [
  'call .f@|.f@: inc cx\n ret',
  'push ax\n call .f@|.f@: mov bp, sp\n add cx, [bp + 2]\n ret 2',
  'call SEGMENT:.f@ - .c + OFFSET|.f@: add dx, cx\n retf',
  'call dword SEGMENT:.f@ - .c + OFFSET|.f@: push ax\n pop bx\n o32 retf',
  'push ax\n push bx\n call SEGMENT:.f@ - .c + OFFSET|.f@: mov bp, sp\n add cx, [bp + 4]\n retf 4',
  'mov word [si], .f@ - .c + OFFSET\n mov word [si + 2], SEGMENT\n call far [si]|.f@: xor dx, cx\n retf',
  'mov dword [si], .f@ - .c + OFFSET\n mov dword [si + 4], SEGMENT\n call dword far [si]|.f@: xor dx, cx\n o32 retf',
  'push cs\n call .f@|.f@: rol ax, 1\n retf',
  'pushf\n call SEGMENT:.f@ - .c + OFFSET|.f@: inc dx\n iret',
  'pushf\n call SEGMENT:.f@ - .c + OFFSET|.f@: add ax, dx\n retf 2',
  'pushf\n push word HOME\n push word .r@ - .c + BASE\n iret\n.r@: inc ax',
  'pushfd\n push dword HOME\n push dword .r@ - .c + BASE\n iretd\n.r@: inc bx',
  'jmp SEGMENT:.j@ - .c + OFFSET\n.j@: adc ax, 3\n jmp HOME:.k@ - .c + BASE\n.k@:',
  'push word SEGMENT\n push word .j@ - .c + OFFSET\n retf\n.j@: inc dx\n jmp HOME:.k@ - .c + BASE\n.k@:',
  'int VECTOR',
  'add ax, cx\n int VECTOR\n adc dx, ax',
  'call SEGMENT:.f@ - .c + OFFSET|.f@: int VECTOR\n call .g@\n retf\n.g@: int VECTOR\n ret',
  'pusha\n popa',
  'pushad\n popad',
  'pusha\n mov bp, sp\n add word [bp + 14], 3\n popa',
  'pusha\n pop di\n pop ax\n push di\n push ax\n popa',
  'pushad\n mov bp, sp\n xor dword [bp + 20], 0x12345\n popad',
  'pusha\n add sp, 16',
  'enter 4, 0\n mov [bp - 2], ax\n add dx, [bp - 2]\n leave',
  'o32 enter 8, 0\n mov [bp - 4], eax\n add edx, [bp - 4]\n o32 leave',
  'mov bp, sp\n enter 2, 1\n enter 2, 2\n enter 2, 3\n leave\n leave\n leave',
  'mov bp, sp\n enter 8, 31\n leave',
  'pushf\n pop bx\n and bx, 0xad5\n push bx\n popf',
  'push ds\n push es\n pop es\n pop ds',
  'mov bx, ss\n mov ss, bx\n mov bp, sp\n mov sp, bp',
];

/** Handlers of a software interrupt that come back. */
const handlers = [
  'iret',
  'add cx, 3\n iret',
  'push bp\n mov bp, sp\n xor word [bp + 6], 0x41\n pop bp\n iret',
  'pusha\n inc ax\n popa\n iret',
  'pusha\n mov bp, sp\n inc word [bp + 14]\n popa\n iret',
  'push ds\n push es\n inc dx\n pop es\n pop ds\n iret',
  'retf 2',
];

/** Handlers in real mode alone; INT 61h is another one there. */
const realHandlers = [
  ...handlers,
  'sti\n nop\n cli\n iret',
  'int 0x61\n iret',
  'push ds\n push word 0xa40\n pop ds\n inc word [2]\n pop ds\n iret',
  'pushf\n call far [cs:.old - .c]\n iret',
  'push bp\n mov bp, sp\n or word [bp + 6], 0x100\n pop bp\n iret',
  'push bp\n mov bp, sp\n xor word [bp + 6], 0x200\n pop bp\n iret',
];

/** Exceptions and what else only real mode comes back from: vectors 0, 1, 3, 4, 5 and 6 have handlers. */
const realPieces: readonly Piece[] = [
  ...calls,
  'int3',
  'mov al, 0x7f\n add al, 1\n into',
  'ud2',
  'xor bl, bl\n div bl\n nop',
  'pushf\n mov bp, sp\n or word [bp], 0x100\n popf\n inc ax\n push ax\n pop bx\n pushf\n pop bx',
  'push word [0x30]\n pop word [0x34]\n push ds\n pop es',
  'mov word [0x30], 0x1f0\n mov [0x32], ss\n mov bx, sp\n lss sp, [0x30]\n push ax\n pop dx\n mov sp, bx',
  'inc byte [cs:.x@ - .c + 1]\n.x@: mov al, 5',
  'pushf\n cli\n mov bx, sp\n mov bp, ss\n mov cx, cs\n mov ss, cx\n mov sp, .x@ - .c + 3\n push ax\n.x@: mov cx, 5\n mov ss, bp\n mov sp, bx\n popf',
  'xor ax, ax\n mov es, ax\n mov word [es:0x61 * 4], .f@ - .c + OFFSET\n mov word [es:0x61 * 4 + 2], SEGMENT\n int 0x61|.f@: inc cx\n iret',
  'jmp SEGMENT:.j@ - .c + OFFSET\n.j@: int VECTOR\n jmp HOME:.k@ - .c + BASE\n.k@:',
];

type Values = () => Readonly<Record<string, string>>;

/** In real and virtual-8086 mode segments with a lower base are other names of the same code. */
const unprotectedValues = (random: Random, vector: string): Values => {
  return () => {
    const lower = random.pick([0, 0, 1, 0x10, 0x234]);
    const home = '(SHORT_CODE >> 4)';
    return { SEGMENT: `(${home} - ${lower})`, OFFSET: `${lower * 16}`, HOME: home, BASE: '0', VECTOR: vector };
  };
};

/** Where a stack may wrap, free memory is at both ends of its segment. */
const WRAPPING = '0x8f10';
const clearedEnds = ` mov edi, 0x8f000
 mov ecx, 0x80
 xor eax, eax
 rep stosd
 mov edi, 0x9ee00
 mov ecx, 0x100
 rep stosd`;

/** How SS and SP are loaded, and what runs with them. */
interface Stack {
  readonly load: string;
  readonly allows: (text: string) => boolean;
}

/** Doublewords don't meet the end of the segment, and returns don't wrap between their words, as QEMU goes on beyond it then. */
const goodStack = (random: Random): Stack =>
  random.chance(40)
    ? {
        load: ` mov ax, ${WRAPPING}\n mov ss, ax\n mov sp, ${random.pick([0, 4, 8, 0x10, 0x14, 0x20])}`,
        allows: (text) => !text.includes('retf'),
      }
    : {
        load: ` mov ax, 0xa70\n mov ss, ax\n mov sp, ${hex(random.pick([0xfe, 0x100, 0x1ff, 0x201]))}`,
        allows: () => true,
      };

/** SS and SP close to the end of the segment, where any access may meet it. */
const anyStack = (random: Random): Stack => ({
  load: ` mov ax, ${WRAPPING}\n mov ss, ax\n mov sp, ${random.pick([random.below(0x14), random.below(0x28), 0xfff0 + random.below(16)])}`,
  allows: () => true,
});

/** Vectors of real mode that come back: a division and UD2 are passed over, and a single step is the last. */
const vectors = ` push ds
 xor ax, ax
 mov ds, ax
 mov word [0], .pass - .c
 mov word [4], .step - .c
 mov word [12], .breakpoint - .c
 mov word [16], .breakpoint - .c
 mov word [24], .pass - .c
 mov word [0x60 * 4], .h - .c
 mov word [0x60 * 4 + 2], SHORT_CODE >> 4
 mov word [0x61 * 4], .other - .c
 mov word [0x61 * 4 + 2], SHORT_CODE >> 4
 mov ax, SHORT_CODE >> 4
 mov [2], ax
 mov [6], ax
 mov [14], ax
 mov [18], ax
 mov [26], ax
 pop ds`;

const vectorHandlers = (handler: string): string => `.pass: push bp
 mov bp, sp
 add word [bp + 2], 2
 pop bp
 iret
.step: push bp
 mov bp, sp
 and word [bp + 6], 0xfeff
 pop bp
.breakpoint: iret
.other: inc dx
 iret
.old: dw .other - .c, SHORT_CODE >> 4
.h: ${handler}`;

/** Addresses on the stacks, close to their begin. */
const watched = ['0xa7fc', '0xa7ee', '0xa8fb', '0x8f10e', '0x9f0fe', '0x9f0f0'];

function realLoop(random: Random, paging: Paging, { load, allows }: Stack): string {
  const values = unprotectedValues(random, '0x60');
  const code = `${vectors}
${load}
 ${random.pick(['', '', 'sti'])}
${loop(random, { pieces: realPieces.filter(allows), counter: '[0x1f0]', values })}
 jmp .after
${vectorHandlers(random.pick(realHandlers.filter(allows)))}
.after:`;
  return `${clearedEnds}\n${throughRealMode(random, paging, code, false)}`;
}

/** Handlers at level 0 of what virtual-8086 mode interrupts. */
const outerHandlers = [
  'iretd',
  'xor dword [esp + 8], 0x41\n iretd',
  'pushad\n popad\n iretd',
  'add [ss:sum], eax\n iretd',
  'push eax\n mov eax, [esp + 16]\n add [ss:sum], eax\n pop eax\n iretd',
  'xor word [esp + 12], 8\n xor word [esp + 12], 8\n iretd',
];

function virtualLoop(random: Random, { load, allows }: Stack): string {
  const values = unprotectedValues(random, '0x71');
  return `${clearedEnds}
 mov eax, .h
 mov [IDT_AT + 0x71 * 8], eax
 mov dword [IDT_AT + 0x71 * 8 + 4], eax
 mov word [IDT_AT + 0x71 * 8 + 2], CODE
 mov word [IDT_AT + 0x71 * 8 + 4], ${random.pick(['0xee00', '0xef00'])}
${enterVirtual({ ss: '0xa00', sp: '0x100', flags: random.pick(['0x23002', '0x23202']) })}
.h: ${random.pick(outerHandlers)}
.c:
 bits 16
${load}
${loop(random, { pieces: calls.filter(allows), counter: '[0x1f0]', values })}
 ud2
.ce:
 bits 32
 nop`;
}

/** Besides, in protected mode: code of 32 bits, and a gate. */
const protectedPieces: readonly Piece[] = [
  ...calls,
  'call dword CODE:.f@|bits 32\n.f@: inc ecx\n retf\n bits 16',
  'jmp dword CODE:.j@\n bits 32\n.j@: add eax, edx\n jmp HOME:.k@ - .c + BASE\n bits 16\n.k@:',
  'call 0xb0:0',
  'push ax\n call 0xb0:0\n pop dx',
];

/** Descriptors B8h, another name of the code, and B0h, a gate of 16 bits to it. */
const shortTables = (
  random: Random,
  types: readonly string[],
): string => ` mov dword [wide_gdt + 0xb8], ((SHORT_CODE & 0xffff) << 16) + 0xffff
 mov dword [wide_gdt + 0xbc], 0x9b00
 mov dword [wide_gdt + 0xb0], (0xb8 << 16) + .gate - .c
 mov dword [wide_gdt + 0xb4], 0x8400
 mov dword [IDT_AT + 0x71 * 8], ${random.pick(['(0xb8 << 16) + .h - .c', '(0x30 << 16) + SHORT_CODE + .h - .c'])}
 mov dword [IDT_AT + 0x71 * 8 + 4], ${random.pick(types)}`;

const shortStack = (random: Random): string =>
  random.pick([
    ' mov esp, KERNEL_STACK - 0x100\n mov ebp, esp',
    ` mov ax, 0x38\n mov ss, ax\n mov esp, ${hex(random.pick([0xc100, 0xc0fe, 0xd003, 0, 4, 0x10, 0x14]))}\n mov ebp, esp`,
  ]);

/** Stacks whose ends and limits are close: of 64 KB, of 256 bytes. */
const endedStack = (random: Random): string =>
  ` mov ax, ${random.pick(['0x38', '0x58'])}\n mov ss, ax\n mov esp, ${hex(random.pick([random.below(0x14), random.below(0x28), 0xfff0 + random.below(16), 0xf0 + random.below(18), 0x12340008]))}\n mov ebp, esp`;

function protectedLoop(random: Random, stack: string): string {
  const values: Values = () =>
    random.chance(50)
      ? { SEGMENT: '0x30', OFFSET: 'SHORT_CODE', HOME: '0x30', BASE: 'SHORT_CODE', VECTOR: '0x71' }
      : { SEGMENT: '0xb8', OFFSET: '0', HOME: '0x30', BASE: 'SHORT_CODE', VECTOR: '0x71' };
  const code: Loop = { pieces: protectedPieces, counter: '[dword count]', values };
  return `${shortTables(random, ['0x8600', '0x8700'])}
 ${inShortCode(`${stack}
 mov si, 0xa100
${loop(random, code)}
 jmp .after
.gate: add cx, ax
 retf
.h: ${random.pick(handlers)}
.after:`)}`;
}

/** PUSHA, POPA, ENTER, LEAVE, far calls and returns, INT and IRET of 16-bit code, often. */
export const shortCalls: Family = {
  'loops of real mode': (random, paging) => realLoop(random, paging, goodStack(random)),
  'loops of virtual-8086 mode': (random) => virtualLoop(random, goodStack(random)),
  'loops of 16-bit code': (random) => protectedLoop(random, shortStack(random)),
};

/** Programs in which stacks end, and programs with breakpoints. */
export const interruptedShortCalls: Family = {
  'loops of real mode with a breakpoint': (random, paging) =>
    `${breakpointAt(random, watched)}\n${realLoop(random, paging, goodStack(random))}`,
  'loops of virtual-8086 mode with a breakpoint': (random) =>
    `${breakpointAt(random, watched)}\n${virtualLoop(random, goodStack(random))}`,
  'loops of real mode at the end of a stack': (random, paging) => realLoop(random, paging, anyStack(random)),
  'loops of virtual-8086 mode at the end of a stack': (random) => virtualLoop(random, anyStack(random)),
  'loops of 16-bit code at the end of a stack': (random) => protectedLoop(random, endedStack(random)),
};
