import * as lift from '../../lift/string.ts';
import * as system from '../../lift/system.ts';
import { type FormOptions, type FormRow, form } from './form.ts';

const move: FormOptions = { flow: 'string' };
const compare: FormOptions = { flow: 'string', writes: 'oszapc' };
const port: FormOptions = { flow: 'string', class: 'sensitive' };

export const string: FormRow[] = [
  form('A4', 'MOVSB Yb,Xb', lift.movs, move),
  form('A5', 'MOVSW/MOVSD Yv,Xv', lift.movs, move),
  form('A6', 'CMPSB Xb,Yb', lift.cmps, compare),
  form('A7', 'CMPSW/CMPSD Xv,Yv', lift.cmps, compare),
  form('AA', 'STOSB Yb,AL', lift.stos, move),
  form('AB', 'STOSW/STOSD Yv,eAX', lift.stos, move),
  form('AC', 'LODSB AL,Xb', lift.lods, move),
  form('AD', 'LODSW/LODSD eAX,Xv', lift.lods, move),
  form('AE', 'SCASB AL,Yb', lift.scas, compare),
  form('AF', 'SCASW/SCASD eAX,Yv', lift.scas, compare),
  form('6C', 'INSB Yb,DX', system.inputString, port),
  form('6D', 'INSW/INSD Yv,DX', system.inputString, port),
  form('6E', 'OUTSB DX,Xb', system.outputString, port),
  form('6F', 'OUTSW/OUTSD DX,Xv', system.outputString, port),
];
