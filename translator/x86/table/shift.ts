import * as lift from '../../lift/shift.ts';
import { type FormOptions, type FormRow, form } from './form.ts';

/** Flags by the kind of operation: what a count of 1 defines, and what other counts leave undefined (OF, AF). */
const rotate: FormOptions = { writes: 'oc' };
const rotateThroughCarry: FormOptions = { reads: 'c', writes: 'oc' };
const shifting: FormOptions = { writes: 'oszpc', undefined: 'a' };

function manyBits(options: FormOptions): FormOptions {
  return {
    ...options,
    writes: options.writes!.replace('o', ''),
    undefined: `o${options.undefined ?? ''}`,
  };
}

/** Group 2, in the order of the reg field; SHL stands at 6 too, which is undocumented. */
const operations = [
  { name: 'ROL', lift: lift.rol, options: rotate, reg: '0' },
  { name: 'ROR', lift: lift.ror, options: rotate, reg: '1' },
  { name: 'RCL', lift: lift.rcl, options: rotateThroughCarry, reg: '2' },
  { name: 'RCR', lift: lift.rcr, options: rotateThroughCarry, reg: '3' },
  { name: 'SHL', lift: lift.shl, options: shifting, reg: '46' },
  { name: 'SHR', lift: lift.shr, options: shifting, reg: '5' },
  { name: 'SAR', lift: lift.sar, options: shifting, reg: '7' },
];

function operationRows({ name, lift, options, reg }: (typeof operations)[number]): FormRow[] {
  return [
    form(`C0 /${reg}`, `${name} Eb,Ib`, lift, manyBits(options)),
    form(`C1 /${reg}`, `${name} Ev,Ib`, lift, manyBits(options)),
    form(`D0 /${reg}`, `${name} Eb,1`, lift, options),
    form(`D1 /${reg}`, `${name} Ev,1`, lift, options),
    form(`D2 /${reg}`, `${name} Eb,CL`, lift, manyBits(options)),
    form(`D3 /${reg}`, `${name} Ev,CL`, lift, manyBits(options)),
  ];
}

export const shift: FormRow[] = [
  ...operations.flatMap(operationRows),
  form('0F A4 /r', 'SHLD Ev,Gv,Ib', lift.shld, manyBits(shifting)),
  form('0F A5 /r', 'SHLD Ev,Gv,CL', lift.shld, manyBits(shifting)),
  form('0F AC /r', 'SHRD Ev,Gv,Ib', lift.shrd, manyBits(shifting)),
  form('0F AD /r', 'SHRD Ev,Gv,CL', lift.shrd, manyBits(shifting)),
];
