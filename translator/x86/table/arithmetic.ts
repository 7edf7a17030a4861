import * as alu from '../../lift/alu.ts';
import { type FormOptions, type FormRow, form, hex } from './form.ts';

const sums: FormOptions = { writes: 'oszapc' };
const sumsWithCarry: FormOptions = { reads: 'c', writes: 'oszapc' };
const logic: FormOptions = { writes: 'oszpc', undefined: 'a' };
const counting: FormOptions = { writes: 'oszap' };

/** The eight operations of opcodes 00-3F and of group 1, in the order of their encodings. */
const operations = [
  { name: 'ADD', lift: alu.add, options: sums, stores: true },
  { name: 'OR', lift: alu.or, options: logic, stores: true },
  { name: 'ADC', lift: alu.adc, options: sumsWithCarry, stores: true },
  { name: 'SBB', lift: alu.sbb, options: sumsWithCarry, stores: true },
  { name: 'AND', lift: alu.and, options: logic, stores: true },
  { name: 'SUB', lift: alu.sub, options: sums, stores: true },
  { name: 'XOR', lift: alu.xor, options: logic, stores: true },
  { name: 'CMP', lift: alu.cmp, options: sums, stores: false },
];

function operationRows({ name, lift, options, stores }: (typeof operations)[number], number: number): FormRow[] {
  const opcode = number << 3;
  const store: FormOptions = { ...options, lock: stores };
  return [
    form(`${hex(opcode)} /r`, `${name} Eb,Gb`, lift, store),
    form(`${hex(opcode + 1)} /r`, `${name} Ev,Gv`, lift, store),
    form(`${hex(opcode + 2)} /r`, `${name} Gb,Eb`, lift, options),
    form(`${hex(opcode + 3)} /r`, `${name} Gv,Ev`, lift, options),
    form(hex(opcode + 4), `${name} AL,Ib`, lift, options),
    form(hex(opcode + 5), `${name} eAX,Iz`, lift, options),
    form(`80 /${number}`, `${name} Eb,Ib`, lift, store),
    form(`81 /${number}`, `${name} Ev,Iz`, lift, store),
    form(`82 /${number}`, `${name} Eb,Ib`, lift, store),
    form(`83 /${number}`, `${name} Ev,Ibs`, lift, store),
  ];
}

export const arithmetic: FormRow[] = [
  ...operations.flatMap(operationRows),

  form('40+r', 'INC Zv', alu.inc, counting),
  form('FE /0', 'INC Eb', alu.inc, { ...counting, lock: true }),
  form('FF /0', 'INC Ev', alu.inc, { ...counting, lock: true }),
  form('48+r', 'DEC Zv', alu.dec, counting),
  form('FE /1', 'DEC Eb', alu.dec, { ...counting, lock: true }),
  form('FF /1', 'DEC Ev', alu.dec, { ...counting, lock: true }),

  form('84 /r', 'TEST Eb,Gb', alu.test, logic),
  form('85 /r', 'TEST Ev,Gv', alu.test, logic),
  form('A8', 'TEST AL,Ib', alu.test, logic),
  form('A9', 'TEST eAX,Iz', alu.test, logic),
  // Reg 1 is undocumented.
  form('F6 /01', 'TEST Eb,Ib', alu.test, logic),
  form('F7 /01', 'TEST Ev,Iz', alu.test, logic),

  form('F6 /2', 'NOT Eb', alu.not, { lock: true }),
  form('F7 /2', 'NOT Ev', alu.not, { lock: true }),
  form('F6 /3', 'NEG Eb', alu.neg, { ...sums, lock: true }),
  form('F7 /3', 'NEG Ev', alu.neg, { ...sums, lock: true }),
];
