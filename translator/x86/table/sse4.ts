import * as crypto from '../../lift/crypto.ts';
import type { Lift } from '../../lift/lifter.ts';
import { type Packed, packed } from '../../lift/packed.ts';
import * as shuffle from '../../lift/shuffle.ts';
import { xmm } from '../../lift/simd.ts';
import * as lanes from '../../lift/sse-lanes.ts';
import * as move from '../../lift/sse-move.ts';
import { dotProduct } from '../../lift/sse-real.ts';
import { round } from '../../lift/sse-round.ts';
import { compareStrings, indexOfStrings } from '../../lift/sse-strings.ts';
import * as lift from '../../lift/sse4.ts';
import { type FormOptions, type FormRow, form } from './form.ts';
import { numbered } from './sse.ts';

const sse41: FormOptions = { feature: 'sse4.1' };
const sse42: FormOptions = { feature: 'sse4.2' };

const integer = (opcode: string, name: string, compute: Packed, options = sse41): FormRow =>
  form(`66 0F 38 ${opcode} /r`, `${name} Vdq,Wdq`, packed(xmm, compute), options);

const integers: FormRow[] = [
  integer('28', 'PMULDQ', lift.pmuldq),
  integer('29', 'PCMPEQQ', lift.pcmpeqq),
  integer('2B', 'PACKUSDW', shuffle.packusdw),
  integer('37', 'PCMPGTQ', lift.pcmpgtq, sse42),
  integer('38', 'PMINSB', lift.pminsb),
  integer('39', 'PMINSD', lift.pminsd),
  integer('3A', 'PMINUW', lift.pminuw),
  integer('3B', 'PMINUD', lift.pminud),
  integer('3C', 'PMAXSB', lift.pmaxsb),
  integer('3D', 'PMAXSD', lift.pmaxsd),
  integer('3E', 'PMAXUW', lift.pmaxuw),
  integer('3F', 'PMAXUD', lift.pmaxud),
  integer('40', 'PMULLD', lift.pmulld),
  integer('41', 'PHMINPOSUW', lift.phminposuw),
  form('66 0F 38 17 /r', 'PTEST Vdq,Wdq', lift.ptest, { ...sse41, writes: 'oszapc' }),
  form('66 0F 3A 42 /r', 'MPSADBW Vdq,Wdq,Ib', packed(xmm, lift.mpsadbw), sse41),
];

/** From the opcode of PMOVSX to that of PMOVZX. */
const TO_ZERO_EXTENSION = 0x10;
const extensions: FormRow[] = (
  [
    [0x20, 'BW', 'q', 8, 16],
    [0x21, 'BD', 'd', 8, 32],
    [0x22, 'BQ', 'w', 8, 64],
    [0x23, 'WD', 'q', 16, 32],
    [0x24, 'WQ', 'd', 16, 64],
    [0x25, 'DQ', 'q', 32, 64],
  ] as const
).flatMap(([opcode, name, size, from, to]) => [
  form(`66 0F 38 ${opcode.toString(16)} /r`, `PMOVSX${name} Vdq,W${size}`, lift.extend(true, from, to), sse41),
  form(
    `66 0F 38 ${(opcode + TO_ZERO_EXTENSION).toString(16)} /r`,
    `PMOVZX${name} Vdq,W${size}`,
    lift.extend(false, from, to),
    sse41,
  ),
]);

/** Blends by the mask in XMM0, which their text does not name. */
const blends: FormRow[] = [
  form('66 0F 38 10 /r', 'PBLENDVB Vdq,Wdq', lift.pblendvb, sse41),
  form('66 0F 38 14 /r', 'BLENDVPS Vps,Wps', lift.blendvps, sse41),
  form('66 0F 38 15 /r', 'BLENDVPD Vpd,Wpd', lift.blendvpd, sse41),
  form('66 0F 3A 0C /r', 'BLENDPS Vps,Wps,Ib', lift.blendps, sse41),
  form('66 0F 3A 0D /r', 'BLENDPD Vpd,Wpd,Ib', lift.blendpd, sse41),
  form('66 0F 3A 0E /r', 'PBLENDW Vdq,Wdq,Ib', lift.pblendw, sse41),
];

const moves: FormRow[] = [
  form('66 0F 38 2A /r', 'MOVNTDQA Vdq,Mdq', move.loadInteger(xmm, true), sse41),
  form('66 0F 3A 14 /r', 'PEXTRB Edb,Vdq,Ib', shuffle.extract(xmm, 8, 'reg'), sse41),
  form('66 0F 3A 15 /r', 'PEXTRW Edw,Vdq,Ib', shuffle.extract(xmm, 16, 'reg'), sse41),
  form('66 0F 3A 16 /r', 'PEXTRD Ed,Vdq,Ib', shuffle.extract(xmm, 32, 'reg'), sse41),
  form('66 0F 3A 17 /r', 'EXTRACTPS Ed,Vps,Ib', shuffle.extract(xmm, 32, 'reg'), sse41),
  form('66 0F 3A 20 /r', 'PINSRB Vdq,Edb,Ib', shuffle.insert(xmm, 8), sse41),
  form('66 0F 3A 21 /r', 'INSERTPS Vps,Wss,Ib', lift.insertps, sse41),
  form('66 0F 3A 22 /r', 'PINSRD Vdq,Ed,Ib', shuffle.insert(xmm, 32), sse41),
];

const trapped: FormOptions = { class: 'sensitive' };
const reals: FormRow[] = [
  numbered('66 0F 3A 08 /r', 'ROUNDPS Vps,Wps,Ib', round(lanes.ps), 'sse4.1'),
  numbered('66 0F 3A 09 /r', 'ROUNDPD Vpd,Wpd,Ib', round(lanes.pd), 'sse4.1'),
  numbered('66 0F 3A 0A /r', 'ROUNDSS Vss,Wss,Ib', round(lanes.ss), 'sse4.1'),
  numbered('66 0F 3A 0B /r', 'ROUNDSD Vsd,Wsd,Ib', round(lanes.sd), 'sse4.1'),
  numbered('66 0F 3A 40 /r', 'DPPS Vps,Wps,Ib', dotProduct, 'sse4.1', trapped),
  numbered('66 0F 3A 41 /r', 'DPPD Vpd,Wpd,Ib', dotProduct, 'sse4.1', trapped),
];

/** The argument is the opcode's low two bits. */
const string = (argument: number, name: string, lift: Lift, options: FormOptions): FormRow =>
  form(`66 0F 3A 6${argument} /r`, `${name} Vdq,Wdq,Ib`, lift, { ...sse42, argument, writes: 'oszapc', ...options });
const strings: FormRow[] = [
  string(0, 'PCMPESTRM', compareStrings, trapped),
  string(1, 'PCMPESTRI', compareStrings, trapped),
  string(2, 'PCMPISTRM', compareStrings, trapped),
  string(3, 'PCMPISTRI', indexOfStrings, {}),
];

const aes: FormOptions = { feature: 'aes' };
const ciphers: FormRow[] = [
  form('66 0F 38 DB /r', 'AESIMC Vdq,Wdq', crypto.aesimc, aes),
  form('66 0F 38 DC /r', 'AESENC Vdq,Wdq', crypto.aesenc, aes),
  form('66 0F 38 DD /r', 'AESENCLAST Vdq,Wdq', crypto.aesenclast, aes),
  form('66 0F 38 DE /r', 'AESDEC Vdq,Wdq', crypto.aesdec, aes),
  form('66 0F 38 DF /r', 'AESDECLAST Vdq,Wdq', crypto.aesdeclast, aes),
  form('66 0F 3A DF /r', 'AESKEYGENASSIST Vdq,Wdq,Ib', crypto.aeskeygenassist, aes),
  form('66 0F 3A 44 /r', 'PCLMULQDQ Vdq,Wdq,Ib', crypto.pclmulqdq, { feature: 'pclmulqdq' }),
];

/** SSE4.1, SSE4.2 (without CRC32), AES-NI and PCLMULQDQ. */
export const sse4Forms: FormRow[] = [...integers, ...extensions, ...blends, ...moves, ...reals, ...strings, ...ciphers];
