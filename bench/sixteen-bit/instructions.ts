import { DATA, SERVICE, selectors, VARIABLES } from './guest/layout.ts';
import type { Mode } from './modes.ts';

/** A loop around one instruction or two; ECX counts, BP, DS and SS are kept. */
export interface InstructionLoop {
  readonly name: string;
  readonly mode: Mode;
  readonly about: string;
  /** Times that the loop is run: some tens of milliseconds in QEMU. */
  readonly count: number;
  readonly setUp: string;
  readonly body: string;
}

type Row = readonly [name: string, thousands: number, about: string, setUp: string, body: string];

const loops = (mode: Mode, rows: readonly Row[]): InstructionLoop[] =>
  rows.map(([name, thousands, about, setUp, body]) => ({
    ...{ name, mode, about, setUp, body },
    count: 1000 * thousands,
  }));

const memory = VARIABLES + 64;
/** Instructions of functions and loops of plain code. */
const plain = `mov [${memory}], ax
        add ax, [${memory + 2}]
        xor bx, ax
        rol bx, 1`;
const loadPointer = `mov word [${memory}], 0x20`;
const setVector = `mov word [4 * ${SERVICE}], service
        mov word [4 * ${SERVICE} + 2], 0`;

/**
 * Rows by which real mode and virtual-8086 mode are compared; `sensitive`: thousands of instructions that a monitor executes in
 * the latter.
 */
const inBoth = (sensitive: number): Row[] => [
  ['plain', 8000, 'four plain instructions', '', plain],
  ['les', 4000, 'LES', `${loadPointer}\n mov word [${memory + 2}], ${DATA}`, `les di, [${memory}]`],
  ['int-iret', sensitive, 'INT and IRET', setVector, `int ${SERVICE}`],
  ['pushf-popf', sensitive, 'PUSHF and POPF', '', 'pushf\n popf'],
  ['cli-sti', sensitive, 'CLI and STI', '', 'cli\n sti'],
];

const inReal: readonly Row[] = [
  ['mov-es-2000', 8000, 'MOV ES, 2000h', `mov ax, ${DATA}`, 'mov es, ax'],
  ['mov-es-0', 8000, 'MOV ES, 0', 'xor ax, ax', 'mov es, ax'],
  ['push-pop-ds', 4000, 'PUSH DS, POP ES and MOV', '', 'push ds\n pop es'],
  ['mov-ss', 2000, 'MOV SS and NOP', 'mov ax, ss', 'mov ss, ax\n nop'],
  ['far-call', 2000, 'far call and return', '', 'call 0:far_return'],
  ['far-call-body', 1000, 'far call of a function with 24 instructions', '', 'call 0:far_function'],
  ['pusha-popa', 4000, 'PUSHA and POPA', '', 'pusha\n popa'],
  ['enter-leave', 4000, 'ENTER and LEAVE', '', 'enter 16, 0\n leave'],
  ['in-port', 1000, 'IN from port 3DAh', 'mov dx, 0x3DA', 'in al, dx'],
];

const { first, second, code16, other } = selectors;
const inProtected16: readonly Row[] = [
  ['mov-es', 4000, 'MOV ES, the same segment', `mov ax, ${first}`, 'mov es, ax'],
  ['pop-es-two', 2000, 'POP ES of two segments', '', `push ${first}\n pop es\n push ${second}\n pop es`],
  ['mov-es-null', 4000, 'MOV ES, null', 'xor ax, ax', 'mov es, ax'],
  ['les', 2000, 'LES', `${loadPointer}\n mov word [${memory + 2}], ${first}`, `les di, [${memory}]`],
  ['far-call', 1000, 'far call and return', '', `call ${code16}:far_return`],
  ['far-call-other', 1000, 'far call by another selector', '', `call ${other}:far_return`],
  ['int-iret', 400, 'INT and IRET', '', `int ${SERVICE}`],
];

const inProtected32: readonly Row[] = [
  ['mov-es', 2000, 'MOV ES, PUSH DS and POP ES', `mov ax, ${first}`, 'mov es, ax\n push ds\n pop es'],
  ['invlpg', 500, 'INVLPG and a load', '', 'invlpg [0x20000]\n mov eax, [0x20000]'],
  ['pushad-popad', 8000, 'PUSHAD and POPAD', '', 'pushad\n popad'],
  ['mov-gs', 2000, 'MOV GS and a load', `mov ax, ${first}`, 'mov gs, ax\n mov ebx, [gs:0]'],
];

export const instructions: readonly InstructionLoop[] = [
  ...loops('real', [...inBoth(2000), ...inReal]),
  ...loops('protected16', inProtected16),
  ...loops('protected32', inProtected32),
  ...loops('virtual', inBoth(100)),
];

/** Functions that the loops call. */
export const callees = `
        bits    16
service:
        iret
far_return:
        retf
far_function:
${Array(6).fill(plain).join('\n')}
        retf
`;
