import * as packed from '../../lift/packed.ts';
import * as shift from '../../lift/packed-shift.ts';
import * as shuffle from '../../lift/shuffle.ts';
import { mmx, xmm } from '../../lift/simd.ts';
import * as move from '../../lift/sse-move.ts';
import { type Feature, type FormOptions, type FormRow, form } from './form.ts';

/** An instruction of MMX registers, and of XMM registers with 66 in front, by features. */
export function both(
  opcode: string,
  name: string,
  compute: packed.Packed,
  feature: Feature = 'mmx',
  xmmFeature: Feature = 'sse2',
): FormRow[] {
  return [
    form(`NP 0F ${opcode} /r`, `${name} Pq,Qq`, packed.packed(mmx, compute), { feature }),
    form(`66 0F ${opcode} /r`, `${name} Vdq,Wdq`, packed.packed(xmm, compute), { feature: xmmFeature }),
  ];
}

const arithmetic: FormRow[] = [
  ...both('63', 'PACKSSWB', shuffle.packsswb),
  ...both('64', 'PCMPGTB', packed.pcmpgtb),
  ...both('65', 'PCMPGTW', packed.pcmpgtw),
  ...both('66', 'PCMPGTD', packed.pcmpgtd),
  ...both('67', 'PACKUSWB', shuffle.packuswb),
  ...both('68', 'PUNPCKHBW', shuffle.punpckhbw),
  ...both('69', 'PUNPCKHWD', shuffle.punpckhwd),
  ...both('6A', 'PUNPCKHDQ', shuffle.punpckhdq),
  ...both('6B', 'PACKSSDW', shuffle.packssdw),
  ...both('74', 'PCMPEQB', packed.pcmpeqb),
  ...both('75', 'PCMPEQW', packed.pcmpeqw),
  ...both('76', 'PCMPEQD', packed.pcmpeqd),
  ...both('D4', 'PADDQ', packed.paddq, 'sse2'),
  ...both('D5', 'PMULLW', packed.pmullw),
  ...both('D8', 'PSUBUSB', packed.psubusb),
  ...both('D9', 'PSUBUSW', packed.psubusw),
  ...both('DA', 'PMINUB', packed.pminub, 'sse'),
  ...both('DB', 'PAND', packed.pand),
  ...both('DC', 'PADDUSB', packed.paddusb),
  ...both('DD', 'PADDUSW', packed.paddusw),
  ...both('DE', 'PMAXUB', packed.pmaxub, 'sse'),
  ...both('DF', 'PANDN', packed.pandn),
  ...both('E0', 'PAVGB', packed.pavgb, 'sse'),
  ...both('E3', 'PAVGW', packed.pavgw, 'sse'),
  ...both('E4', 'PMULHUW', packed.pmulhuw, 'sse'),
  ...both('E5', 'PMULHW', packed.pmulhw),
  ...both('E8', 'PSUBSB', packed.psubsb),
  ...both('E9', 'PSUBSW', packed.psubsw),
  ...both('EA', 'PMINSW', packed.pminsw, 'sse'),
  ...both('EB', 'POR', packed.por),
  ...both('EC', 'PADDSB', packed.paddsb),
  ...both('ED', 'PADDSW', packed.paddsw),
  ...both('EE', 'PMAXSW', packed.pmaxsw, 'sse'),
  ...both('EF', 'PXOR', packed.pxor),
  ...both('F4', 'PMULUDQ', packed.pmuludq, 'sse2'),
  ...both('F5', 'PMADDWD', packed.pmaddwd),
  ...both('F6', 'PSADBW', packed.psadbw, 'sse'),
  ...both('F8', 'PSUBB', packed.psubb),
  ...both('F9', 'PSUBW', packed.psubw),
  ...both('FA', 'PSUBD', packed.psubd),
  ...both('FB', 'PSUBQ', packed.psubq, 'sse2'),
  ...both('FC', 'PADDB', packed.paddb),
  ...both('FD', 'PADDW', packed.paddw),
  ...both('FE', 'PADDD', packed.paddd),
];

const sse: FormOptions = { feature: 'sse' };
const sse2: FormOptions = { feature: 'sse2' };
const base: FormOptions = { feature: 'mmx' };

/** Rows that unpack low halves. MMX's form takes the low half of a memory operand. */
const unpackLow: FormRow[] = (
  [
    ['60', 'PUNPCKLBW', shuffle.punpcklbw],
    ['61', 'PUNPCKLWD', shuffle.punpcklwd],
    ['62', 'PUNPCKLDQ', shuffle.punpckldq],
  ] as const
).flatMap(([opcode, name, compute]) => [
  form(`NP 0F ${opcode} /r`, `${name} Pq,Qd`, shuffle.unpackLowMmx(compute), base),
  form(`66 0F ${opcode} /r`, `${name} Vdq,Wdq`, packed.packed(xmm, compute), sse2),
]);

/** Opcodes by operand, and group and reg field by immediate. */
const shifts: FormRow[] = (
  [
    ['D1', '71 /2', 'PSRLW'],
    ['D2', '72 /2', 'PSRLD'],
    ['D3', '73 /2', 'PSRLQ'],
    ['E1', '71 /4', 'PSRAW'],
    ['E2', '72 /4', 'PSRAD'],
    ['F1', '71 /6', 'PSLLW'],
    ['F2', '72 /6', 'PSLLD'],
    ['F3', '73 /6', 'PSLLQ'],
  ] as const
).flatMap(([opcode, group, name]) => [
  form(`NP 0F ${opcode} /r`, `${name} Pq,Qq`, shift.byOperand(mmx, shift.kinds[name]), base),
  form(`66 0F ${opcode} /r`, `${name} Vdq,Wdq`, shift.byOperand(xmm, shift.kinds[name]), sse2),
  form(`NP 0F ${group}`, `${name} Nq,Ib`, shift.byImmediate(mmx, shift.kinds[name]), base),
  form(`66 0F ${group}`, `${name} Udq,Ib`, shift.byImmediate(xmm, shift.kinds[name]), sse2),
]);

const shuffles: FormRow[] = [
  form('66 0F 73 /3', 'PSRLDQ Udq,Ib', shift.psrldq(xmm), sse2),
  form('66 0F 73 /7', 'PSLLDQ Udq,Ib', shift.pslldq(xmm), sse2),
  form('66 0F 6C /r', 'PUNPCKLQDQ Vdq,Wdq', packed.packed(xmm, shuffle.punpcklqdq), sse2),
  form('66 0F 6D /r', 'PUNPCKHQDQ Vdq,Wdq', packed.packed(xmm, shuffle.punpckhqdq), sse2),
  form('NP 0F 70 /r', 'PSHUFW Pq,Qq,Ib', shuffle.pshufw, sse),
  form('66 0F 70 /r', 'PSHUFD Vdq,Wdq,Ib', shuffle.pshufd, sse2),
  form('F2 0F 70 /r', 'PSHUFLW Vdq,Wdq,Ib', shuffle.pshuflw, sse2),
  form('F3 0F 70 /r', 'PSHUFHW Vdq,Wdq,Ib', shuffle.pshufhw, sse2),
  form('NP 0F C4 /r', 'PINSRW Pq,Edw,Ib', shuffle.insert(mmx, 16), sse),
  form('66 0F C4 /r', 'PINSRW Vdq,Edw,Ib', shuffle.insert(xmm, 16), sse2),
  form('NP 0F C5 /r', 'PEXTRW Gd,Nq,Ib', shuffle.extract(mmx, 16, 'rm'), sse),
  form('66 0F C5 /r', 'PEXTRW Gd,Udq,Ib', shuffle.extract(xmm, 16, 'rm'), sse2),
  form('NP 0F D7 /r', 'PMOVMSKB Gd,Nq', shuffle.pmovmskb(mmx), sse),
  form('66 0F D7 /r', 'PMOVMSKB Gd,Udq', shuffle.pmovmskb(xmm), sse2),
];

const moves: FormRow[] = [
  form('NP 0F 6E /r', 'MOVD Pq,Ed', move.movdLoad(mmx), base),
  form('66 0F 6E /r', 'MOVD Vdq,Ed', move.movdLoad(xmm), sse2),
  form('NP 0F 7E /r', 'MOVD Ed,Pq', move.movdStore(mmx), base),
  form('66 0F 7E /r', 'MOVD Ed,Vdq', move.movdStore(xmm), sse2),
  form('F3 0F 7E /r', 'MOVQ Vq,Wq', move.movqLoad, sse2),
  form('66 0F D6 /r', 'MOVQ Wq,Vq', move.movqStore, sse2),
  form('F3 0F D6 /r', 'MOVQ2DQ Vdq,Nq', move.movq2dq, sse2),
  form('F2 0F D6 /r', 'MOVDQ2Q Pq,Uq', move.movdq2q, sse2),
  form('NP 0F 6F /r', 'MOVQ Pq,Qq', move.loadInteger(mmx, false), base),
  form('NP 0F 7F /r', 'MOVQ Qq,Pq', move.storeInteger(mmx, false), base),
  form('66 0F 6F /r', 'MOVDQA Vdq,Wdq', move.loadInteger(xmm, true), sse2),
  form('66 0F 7F /r', 'MOVDQA Wdq,Vdq', move.storeInteger(xmm, true), sse2),
  form('F3 0F 6F /r', 'MOVDQU Vdq,Wdq', move.loadInteger(xmm, false), sse2),
  form('F3 0F 7F /r', 'MOVDQU Wdq,Vdq', move.storeInteger(xmm, false), sse2),
  form('NP 0F E7 /r', 'MOVNTQ Mq,Pq', move.storeInteger(mmx, false), sse),
  form('66 0F E7 /r', 'MOVNTDQ Mdq,Vdq', move.storeInteger(xmm, true), sse2),
  form('NP 0F 77', 'EMMS', move.emms, base),
];

export const mmxForms: FormRow[] = [...arithmetic, ...unpackLow, ...shifts, ...shuffles, ...moves];
