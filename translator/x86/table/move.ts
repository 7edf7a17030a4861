import * as lift from '../../lift/move.ts';
import * as system from '../../lift/system.ts';
import { conditions, type FormOptions, type FormRow, form, hex } from './form.ts';

const sensitive: FormOptions = { class: 'sensitive' };
const compare: FormOptions = { lock: true, writes: 'oszapc' };

const conditional = conditions.flatMap(({ name, reads }, argument) => [
  form(`${hex(0x0f40 + argument)} /r`, `CMOV${name} Gv,Ev`, lift.cmov, { feature: 'cmov', argument, reads }),
  form(`${hex(0x0f90 + argument)} /r`, `SET${name} Eb`, lift.setcc, { argument, reads }),
]);

export const move: FormRow[] = [
  form('88 /r', 'MOV Eb,Gb', lift.mov),
  form('89 /r', 'MOV Ev,Gv', lift.mov),
  form('8A /r', 'MOV Gb,Eb', lift.mov),
  form('8B /r', 'MOV Gv,Ev', lift.mov),
  form('A0', 'MOV AL,Ob', lift.mov),
  form('A1', 'MOV eAX,Ov', lift.mov),
  form('A2', 'MOV Ob,AL', lift.mov),
  form('A3', 'MOV Ov,eAX', lift.mov),
  form('B0+r', 'MOV Zb,Ib', lift.mov),
  form('B8+r', 'MOV Zv,Iz', lift.mov),
  form('C6 /0', 'MOV Eb,Ib', lift.mov),
  form('C7 /0', 'MOV Ev,Iz', lift.mov),
  form('8C /012345', 'MOV Ewv,Sw', lift.movFromSegment),
  form('8E /0345', 'MOV Sw,Ew', system.movToSegment, sensitive),
  form('8E /2', 'MOV Sw,Ew', system.movToStackSegment, sensitive),

  form('C4 /r', 'LES Gv,Mp', system.loadFarPointer, { ...sensitive, argument: 0 }),
  form('C5 /r', 'LDS Gv,Mp', system.loadFarPointer, { ...sensitive, argument: 3 }),
  form('0F B2 /r', 'LSS Gv,Mp', system.loadFarPointer, { ...sensitive, argument: 2 }),
  form('0F B4 /r', 'LFS Gv,Mp', system.loadFarPointer, { ...sensitive, argument: 4 }),
  form('0F B5 /r', 'LGS Gv,Mp', system.loadFarPointer, { ...sensitive, argument: 5 }),

  form('0F B6 /r', 'MOVZX Gv,Eb', lift.movzx),
  form('0F B7 /r', 'MOVZX Gv,Ew', lift.movzx),
  form('0F BE /r', 'MOVSX Gv,Eb', lift.movsx),
  form('0F BF /r', 'MOVSX Gv,Ew', lift.movsx),
  form('98', 'CBW/CWDE', lift.cbw),
  form('99', 'CWD/CDQ', lift.cwd),
  form('8D /r', 'LEA Gv,M', lift.lea),
  form('D7', 'XLAT Bb', lift.xlat),
  form('0F C8+r', 'BSWAP Zv', lift.bswap),
  form('NFx 0F 38 F0 /r', 'MOVBE Gv,Mv', lift.movbe, { feature: 'movbe' }),
  form('NFx 0F 38 F1 /r', 'MOVBE Mv,Gv', lift.movbe, { feature: 'movbe' }),

  form('86 /r', 'XCHG Eb,Gb', lift.xchg, { lock: true }),
  form('87 /r', 'XCHG Ev,Gv', lift.xchg, { lock: true }),
  form('90+r', 'XCHG Zv,eAX', lift.xchg),
  form('0F B0 /r', 'CMPXCHG Eb,Gb', lift.cmpxchg, compare),
  form('0F B1 /r', 'CMPXCHG Ev,Gv', lift.cmpxchg, compare),
  form('0F C0 /r', 'XADD Eb,Gb', lift.xadd, compare),
  form('0F C1 /r', 'XADD Ev,Gv', lift.xadd, compare),
  form('0F C7 /1', 'CMPXCHG8B Mq', lift.cmpxchg8b, { feature: 'cx8', lock: true, writes: 'z' }),

  form('9E', 'SAHF', lift.sahf, { writes: 'szapc' }),
  form('9F', 'LAHF', lift.lahf, { reads: 'szapc' }),
  form('D6', 'SALC', lift.salc, { reads: 'c' }),
  ...conditional,
];
