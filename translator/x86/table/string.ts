import * as lift from '../../lift/string.ts';
import * as system from '../../lift/system.ts';
import { type FormOptions, type FormRow, form } from './form.ts';

const compare: FormOptions = { writes: 'oszapc' };

export const string: FormRow[] = [
  form('A4', 'MOVSB Yb,Xb', lift.movs),
  form('A5', 'MOVSW/MOVSD Yv,Xv', lift.movs),
  form('A6', 'CMPSB Xb,Yb', lift.cmps, compare),
  form('A7', 'CMPSW/CMPSD Xv,Yv', lift.cmps, compare),
  form('AA', 'STOSB Yb,AL', lift.stos),
  form('AB', 'STOSW/STOSD Yv,eAX', lift.stos),
  form('AC', 'LODSB AL,Xb', lift.lods),
  form('AD', 'LODSW/LODSD eAX,Xv', lift.lods),
  form('AE', 'SCASB AL,Yb', lift.scas, compare),
  form('AF', 'SCASW/SCASD eAX,Yv', lift.scas, compare),
  form('6C', 'INSB Yb,DX', system.inputString, { class: 'sensitive' }),
  form('6D', 'INSW/INSD Yv,DX', system.inputString, { class: 'sensitive' }),
  form('6E', 'OUTSB DX,Xb', system.outputString, { class: 'sensitive' }),
  form('6F', 'OUTSW/OUTSD DX,Xv', system.outputString, { class: 'sensitive' }),
];
