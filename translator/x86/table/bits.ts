import * as lift from '../../lift/bits.ts';
import { type FormOptions, type FormRow, form } from './form.ts';

const carry: FormOptions = { writes: 'c', undefined: 'osap' };
const store: FormOptions = { ...carry, lock: true };
const scan: FormOptions = { writes: 'z', undefined: 'osapc' };

export const bits: FormRow[] = [
  form('0F A3 /r', 'BT Ev,Gv', lift.bt, carry),
  form('0F AB /r', 'BTS Ev,Gv', lift.bts, store),
  form('0F B3 /r', 'BTR Ev,Gv', lift.btr, store),
  form('0F BB /r', 'BTC Ev,Gv', lift.btc, store),
  form('0F BA /4', 'BT Ev,Ib', lift.bt, carry),
  form('0F BA /5', 'BTS Ev,Ib', lift.bts, store),
  form('0F BA /6', 'BTR Ev,Ib', lift.btr, store),
  form('0F BA /7', 'BTC Ev,Ib', lift.btc, store),
  form('0F BC /r', 'BSF Gv,Ev', lift.bsf, scan),
  form('0F BD /r', 'BSR Gv,Ev', lift.bsr, scan),
  form('F3 0F B8 /r', 'POPCNT Gv,Ev', lift.popcnt, { feature: 'popcnt', writes: 'oszapc' }),
  form('F2 0F 38 F0 /r', 'CRC32 Gd,Eb', lift.crc32, { feature: 'sse4.2' }),
  form('F2 0F 38 F1 /r', 'CRC32 Gd,Ev', lift.crc32, { feature: 'sse4.2' }),
];
