import { VARIABLES } from '../guest/layout.ts';

const [VALUE, SUM, COUNT] = [0, 2, 4];
const STEPS = 5000;

/** The byte codes, in the order of their numbers. */
const operations = ['literal', 'load', 'store', 'add', 'subtract', 'multiply', 'exclusive_or', 'rotate', 'loop', 'end'];
const code = (name: string, ...operands: string[]): string =>
  `db ${[operations.indexOf(name), ...operands].join(', ')}`;
const literal = (value: number): string => code('literal', `${value & 0xff}`, `${value >> 8}`);
const load = (variable: number): string => code('load', `${variable}`);
const store = (variable: number): string => code('store', `${variable}`);

/** value = rotate(value * count ^ count) + 7; sum = sum - value; until count, going down, is 0. */
const program = [
  ...[literal(1), store(VALUE), literal(0), store(SUM), literal(STEPS), store(COUNT)],
  'byte_code_loop:',
  ...[load(VALUE), load(COUNT), code('multiply'), load(COUNT), code('exclusive_or'), code('rotate')],
  ...[literal(7), code('add'), store(VALUE)],
  ...[load(SUM), load(VALUE), code('subtract'), store(SUM)],
  ...[load(COUNT), literal(1), code('subtract'), store(COUNT), load(COUNT)],
  code('loop', 'byte_code_loop & 0xFF', 'byte_code_loop >> 8'),
  ...[load(VALUE), load(SUM), code('end')],
];

const variables = VARIABLES + 32;

/** An interpreter of byte codes for a machine with a stack, by a table of jumps. */
export const byteCode = `
byte_code:
        mov     si, byte_code_program
.next:  lodsb
        mov     bl, al
        xor     bh, bh
        shl     bx, 1
        jmp     [.table + bx]
.literal:
        lodsw
        push    ax
        jmp     .next
.load:  lodsb
        mov     bl, al
        xor     bh, bh
        push    word [${variables} + bx]
        jmp     .next
.store: lodsb
        mov     bl, al
        xor     bh, bh
        pop     word [${variables} + bx]
        jmp     .next
.add:   pop     dx
        pop     ax
        add     ax, dx
        push    ax
        jmp     .next
.subtract:
        pop     dx
        pop     ax
        sub     ax, dx
        push    ax
        jmp     .next
.multiply:
        pop     dx
        pop     ax
        mul     dx
        push    ax
        jmp     .next
.exclusive_or:
        pop     dx
        pop     ax
        xor     ax, dx
        push    ax
        jmp     .next
.rotate:
        pop     ax
        rol     ax, 1
        push    ax
        jmp     .next
.loop:  lodsw
        pop     dx
        or      dx, dx
        jz      .next
        mov     si, ax
        jmp     .next
.end:   pop     eax
        ret
.table: dw      ${operations.map((name) => `.${name}`).join(', ')}

byte_code_program:
        ${program.join('\n        ')}
`;
