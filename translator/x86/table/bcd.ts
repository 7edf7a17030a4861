import * as lift from '../../lift/bcd.ts';
import { type FormRow, form } from './form.ts';

export const bcd: FormRow[] = [
  form('27', 'DAA', lift.daa, { reads: 'ac', writes: 'szapc', undefined: 'o' }),
  form('2F', 'DAS', lift.das, { reads: 'ac', writes: 'szapc', undefined: 'o' }),
  form('37', 'AAA', lift.aaa, { reads: 'a', writes: 'ac', undefined: 'oszp' }),
  form('3F', 'AAS', lift.aas, { reads: 'a', writes: 'ac', undefined: 'oszp' }),
  // Any base is accepted, not only 10.
  form('D4', 'AAM Ib', lift.aam, { writes: 'szp', undefined: 'oac' }),
  form('D5', 'AAD Ib', lift.aad, { writes: 'szp', undefined: 'oac' }),
];
