import { operations } from '../../ir/x87/operations.ts';
import * as lift from '../../lift/x87.ts';
import { type FormOptions, type FormRow, form } from './form.ts';

/** The 11-bit x87 opcode of an encoding such as `D8 /3` or `D8 C0+i`: first byte's low 3 bits, then ModR/M. */
function operationNumber(encoding: string): number {
  const [first, second] = encoding.split(' ');
  const modrm = second!.startsWith('/') ? Number(second!.slice(1)) << 3 : Number.parseInt(second!, 16);
  return ((Number.parseInt(first!, 16) & 7) << 8) | modrm;
}

function x87(encoding: string, text: string, options: FormOptions = {}): FormRow {
  const argument = operationNumber(encoding);
  const row = { class: operations.has(argument) ? 'escape' : 'sensitive', feature: 'fpu', argument } as const;
  return form(encoding, text, lift.execute, { ...row, ...options });
}

/** Register forms of one opcode: a table from the second byte to the text. */
function withoutOperands(opcode: string, names: Record<string, string>): FormRow[] {
  return Object.entries(names).map(([second, text]) => x87(`${opcode} ${second}`, text));
}

const arithmeticNames = ['ADD', 'MUL', 'COM', 'COMP', 'SUB', 'SUBR', 'DIV', 'DIVR'];

function arithmeticRows(name: string, reg: number): FormRow[] {
  const second = (0xc0 + 8 * reg).toString(16).toUpperCase();
  return [
    x87(`D8 /${reg}`, `F${name} Mfs`),
    x87(`DC /${reg}`, `F${name} Mfd`),
    x87(`DA /${reg}`, `FI${name} Mid`),
    x87(`DE /${reg}`, `FI${name} Miw`),
    x87(`D8 ${second}+i`, `F${name} ST0,STi`),
  ];
}

/** To ST(i), where the two subtractions and the two divisions have changed places. */
const arithmeticToRegister: FormRow[] = [
  ['C0', 'ADD'],
  ['C8', 'MUL'],
  ['E0', 'SUBR'],
  ['E8', 'SUB'],
  ['F0', 'DIVR'],
  ['F8', 'DIV'],
].flatMap(([second, name]) => [x87(`DC ${second}+i`, `F${name} STi,ST0`), x87(`DE ${second}+i`, `F${name}P STi,ST0`)]);

const conditionalMoves: FormRow[] = [
  { name: 'B', second: 'C0', reads: 'c' },
  { name: 'E', second: 'C8', reads: 'z' },
  { name: 'BE', second: 'D0', reads: 'zc' },
  { name: 'U', second: 'D8', reads: 'p' },
].flatMap(({ name, second, reads }) => [
  x87(`DA ${second}+i`, `FCMOV${name} ST0,STi`, { feature: 'cmov', reads }),
  x87(`DB ${second}+i`, `FCMOVN${name} ST0,STi`, { feature: 'cmov', reads }),
]);

const comparisons: FormRow[] = [
  x87('DD E0+i', 'FUCOM ST0,STi'),
  x87('DD E8+i', 'FUCOMP ST0,STi'),
  x87('DA E9', 'FUCOMPP'),
  x87('DE D9', 'FCOMPP'),
  x87('DB E8+i', 'FUCOMI ST0,STi', { feature: 'cmov', writes: 'oszapc' }),
  x87('DB F0+i', 'FCOMI ST0,STi', { feature: 'cmov', writes: 'oszapc' }),
  x87('DF E8+i', 'FUCOMIP ST0,STi', { feature: 'cmov', writes: 'oszapc' }),
  x87('DF F0+i', 'FCOMIP ST0,STi', { feature: 'cmov', writes: 'oszapc' }),
];

const loadsAndStores: FormRow[] = [
  x87('D9 /0', 'FLD Mfs'),
  x87('D9 /2', 'FST Mfs'),
  x87('D9 /3', 'FSTP Mfs'),
  x87('DD /0', 'FLD Mfd'),
  x87('DD /2', 'FST Mfd'),
  x87('DD /3', 'FSTP Mfd'),
  x87('DB /5', 'FLD Mft'),
  x87('DB /7', 'FSTP Mft'),
  x87('DF /0', 'FILD Miw'),
  x87('DF /2', 'FIST Miw'),
  x87('DF /3', 'FISTP Miw'),
  x87('DB /0', 'FILD Mid'),
  x87('DB /2', 'FIST Mid'),
  x87('DB /3', 'FISTP Mid'),
  x87('DF /5', 'FILD Miq'),
  x87('DF /7', 'FISTP Miq'),
  x87('DF /1', 'FISTTP Miw', { feature: 'pni' }),
  x87('DB /1', 'FISTTP Mid', { feature: 'pni' }),
  x87('DD /1', 'FISTTP Miq', { feature: 'pni' }),
  x87('DF /4', 'FBLD Mbcd'),
  x87('DF /6', 'FBSTP Mbcd'),
  x87('D9 C0+i', 'FLD STi'),
  x87('DD D0+i', 'FST STi'),
  x87('DD D8+i', 'FSTP STi'),
  x87('D9 C8+i', 'FXCH ST0,STi'),
  x87('DD C0+i', 'FFREE STi'),
];

/** Other encodings of the same, which hardware takes although they are not documented. */
const aliases: FormRow[] = [
  x87('DC D0+i', 'FCOM ST0,STi'),
  x87('DC D8+i', 'FCOMP ST0,STi'),
  x87('DE D0+i', 'FCOMP ST0,STi'),
  x87('DD C8+i', 'FXCH ST0,STi'),
  x87('DF C8+i', 'FXCH ST0,STi'),
  // Does not report an empty ST(0).
  x87('D9 D8+i', 'FSTPNCE STi'),
  x87('DF D0+i', 'FSTP STi'),
  x87('DF D8+i', 'FSTP STi'),
  x87('DF C0+i', 'FFREEP STi'),
];

const environment: FormRow[] = [
  x87('D9 /4', 'FLDENV Menv'),
  x87('D9 /5', 'FLDCW Mw'),
  x87('D9 /6', 'FNSTENV Menv'),
  x87('D9 /7', 'FNSTCW Mw'),
  x87('DD /4', 'FRSTOR Mstate'),
  x87('DD /6', 'FNSAVE Mstate'),
  x87('DD /7', 'FNSTSW Mw'),
  x87('DF E0', 'FNSTSW AX'),
  // Instructions of the 8087 and 80287 that do nothing since the 80387.
  ...withoutOperands('DB', { E0: 'FNENI', E1: 'FNDISI', E2: 'FNCLEX', E3: 'FNINIT', E4: 'FNSETPM' }),
];

const constantsAndFunctions: FormRow[] = withoutOperands('D9', {
  D0: 'FNOP',
  E0: 'FCHS',
  E1: 'FABS',
  E4: 'FTST',
  E5: 'FXAM',
  E8: 'FLD1',
  E9: 'FLDL2T',
  EA: 'FLDL2E',
  EB: 'FLDPI',
  EC: 'FLDLG2',
  ED: 'FLDLN2',
  EE: 'FLDZ',
  F0: 'F2XM1',
  F1: 'FYL2X',
  F2: 'FPTAN',
  F3: 'FPATAN',
  F4: 'FXTRACT',
  F5: 'FPREM1',
  F6: 'FDECSTP',
  F7: 'FINCSTP',
  F8: 'FPREM',
  F9: 'FYL2XP1',
  FA: 'FSQRT',
  FB: 'FSINCOS',
  FC: 'FRNDINT',
  FD: 'FSCALE',
  FE: 'FSIN',
  FF: 'FCOS',
});

export const x87Forms: FormRow[] = [
  form('9B', 'FWAIT', lift.wait, { feature: 'fpu' }),
  ...arithmeticNames.flatMap(arithmeticRows),
  ...arithmeticToRegister,
  ...conditionalMoves,
  ...comparisons,
  ...loadsAndStores,
  ...aliases,
  ...environment,
  ...constantsAndFunctions,
];
