import * as lift from '../../lift/muldiv.ts';
import { type FormOptions, type FormRow, form } from './form.ts';

const product: FormOptions = { writes: 'oc', undefined: 'szap' };
const quotient: FormOptions = { undefined: 'oszapc' };

export const muldiv: FormRow[] = [
  form('F6 /4', 'MUL Eb', lift.mul, product),
  form('F7 /4', 'MUL Ev', lift.mul, product),
  form('F6 /5', 'IMUL Eb', lift.imul1, product),
  form('F7 /5', 'IMUL Ev', lift.imul1, product),
  form('0F AF /r', 'IMUL Gv,Ev', lift.imul2, product),
  form('69 /r', 'IMUL Gv,Ev,Iz', lift.imul3, product),
  form('6B /r', 'IMUL Gv,Ev,Ibs', lift.imul3, product),
  form('F6 /6', 'DIV Eb', lift.div, quotient),
  form('F7 /6', 'DIV Ev', lift.div, quotient),
  form('F6 /7', 'IDIV Eb', lift.idiv, quotient),
  form('F7 /7', 'IDIV Ev', lift.idiv, quotient),
];
