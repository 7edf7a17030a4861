import * as lift from '../../lift/control.ts';
import { conditions, type Flow, type FormOptions, type FormRow, form, hex } from './form.ts';

const transfer = (flow: Flow): FormOptions => ({ class: 'control', flow });

const conditionalJumps = conditions.flatMap(({ name, reads }, argument) => [
  form(hex(0x70 + argument), `J${name} Jb`, lift.jcc, { ...transfer('branch'), argument, reads }),
  form(hex(0x0f80 + argument), `J${name} Jz`, lift.jcc, { ...transfer('branch'), argument, reads }),
]);

export const control: FormRow[] = [
  form('EB', 'JMP Jb', lift.jmp, transfer('jump')),
  form('E9', 'JMP Jz', lift.jmp, transfer('jump')),
  form('FF /4', 'JMP Ev', lift.jmpIndirect, transfer('indirectJump')),
  ...conditionalJumps,
  form('E0', 'LOOPNE Jb', lift.loopne, { ...transfer('branch'), reads: 'z' }),
  form('E1', 'LOOPE Jb', lift.loope, { ...transfer('branch'), reads: 'z' }),
  form('E2', 'LOOP Jb', lift.loop, transfer('branch')),
  form('E3', 'JCXZ/JECXZ Jb', lift.jcxz, transfer('branch')),
  form('E8', 'CALL Jz', lift.call, transfer('call')),
  form('FF /2', 'CALL Ev', lift.callIndirect, transfer('indirectCall')),
  form('C3', 'RET', lift.ret, transfer('return')),
  form('C2', 'RET Iw', lift.retImmediate, transfer('return')),

  form('F8', 'CLC', lift.clc, { writes: 'c' }),
  form('F9', 'STC', lift.stc, { writes: 'c' }),
  form('F5', 'CMC', lift.cmc, { reads: 'c', writes: 'c' }),
  form('FC', 'CLD', lift.cld),
  form('FD', 'STD', lift.std),

  form('90', 'NOP', lift.nop),
  // Reserved by the P6 family for hints: the operand is never accessed (US patent 5,701,442).
  ...[0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f].map((n) => form(`${hex(0x0f00 + n)} /r`, 'NOP Ev,Gv', lift.nop)),
  form('0F 1F /0', 'NOP Ev', lift.nop),
  form('0F 18 /0', 'PREFETCHNTA Mb', lift.nop, { feature: 'sse' }),
  form('0F 18 /1', 'PREFETCHT0 Mb', lift.nop, { feature: 'sse' }),
  form('0F 18 /2', 'PREFETCHT1 Mb', lift.nop, { feature: 'sse' }),
  form('0F 18 /3', 'PREFETCHT2 Mb', lift.nop, { feature: 'sse' }),
];
