import { realInstructions } from '../../abi/sse.ts';
import * as control from '../../lift/control.ts';
import type { Lift } from '../../lift/lifter.ts';
import * as shuffle from '../../lift/shuffle.ts';
import { mmx, xmm } from '../../lift/simd.ts';
import * as lanes from '../../lift/sse-lanes.ts';
import * as move from '../../lift/sse-move.ts';
import * as real from '../../lift/sse-real.ts';
import { type Feature, type FormOptions, type FormRow, form } from './form.ts';

/** Prefixes that choose the format of reals, with the letters of their operands' sizes. */
const formats = [
  { prefix: 'NP', name: 'PS', size: 'ps', format: lanes.ps, feature: 'sse' },
  { prefix: 'F3', name: 'SS', size: 'ss', format: lanes.ss, feature: 'sse' },
  { prefix: '66', name: 'PD', size: 'pd', format: lanes.pd, feature: 'sse2' },
  { prefix: 'F2', name: 'SD', size: 'sd', format: lanes.sd, feature: 'sse2' },
] as const;

/** A row of an instruction that the trap sseReal knows, by its number there. */
export function numbered(
  encoding: string,
  text: string,
  lift: Lift,
  feature: Feature,
  options: FormOptions = {},
): FormRow {
  const argument = realInstructions.indexOf(text.split(' ')[0]!);
  return form(encoding, text, lift, { feature, argument, ...options });
}

const arithmetic: FormRow[] = formats.flatMap(({ prefix, name, size, format, feature }) => {
  const row = (opcode: string, operation: keyof typeof real.operations) =>
    numbered(
      `${prefix} 0F ${opcode} /r`,
      `${operation}${name} V${size},W${size}`,
      real.lanewise(format, () => real.operations[operation]),
      feature,
    );
  return [
    row('51', 'SQRT'),
    row('58', 'ADD'),
    row('59', 'MUL'),
    row('5C', 'SUB'),
    numbered(`${prefix} 0F 5D /r`, `MIN${name} V${size},W${size}`, real.extreme(format, real.isLess), feature),
    row('5E', 'DIV'),
    numbered(`${prefix} 0F 5F /r`, `MAX${name} V${size},W${size}`, real.extreme(format, real.isGreater), feature),
    numbered(`${prefix} 0F C2 /r`, `CMP${name} V${size},W${size},Ib`, real.compare(format), feature),
  ];
});

const comparisons: FormRow[] = [
  numbered('NP 0F 2E /r', 'UCOMISS Vss,Wss', real.compareToFlags(lanes.ss), 'sse', { writes: 'oszapc' }),
  numbered('NP 0F 2F /r', 'COMISS Vss,Wss', real.compareToFlags(lanes.ss), 'sse', { writes: 'oszapc' }),
  numbered('66 0F 2E /r', 'UCOMISD Vsd,Wsd', real.compareToFlags(lanes.sd), 'sse2', { writes: 'oszapc' }),
  numbered('66 0F 2F /r', 'COMISD Vsd,Wsd', real.compareToFlags(lanes.sd), 'sse2', { writes: 'oszapc' }),
];

const trapped: FormOptions = { class: 'sensitive' };
const conversions: FormRow[] = [
  numbered('NP 0F 2A /r', 'CVTPI2PS Vps,Qq', real.fromMmx, 'sse', trapped),
  numbered('66 0F 2A /r', 'CVTPI2PD Vpd,Qq', real.fromMmx, 'sse2', trapped),
  numbered('NP 0F 2C /r', 'CVTTPS2PI Pq,Wq', real.toMmx(8), 'sse', trapped),
  numbered('66 0F 2C /r', 'CVTTPD2PI Pq,Wpd', real.toMmx(16), 'sse2', trapped),
  numbered('NP 0F 2D /r', 'CVTPS2PI Pq,Wq', real.toMmx(8), 'sse', trapped),
  numbered('66 0F 2D /r', 'CVTPD2PI Pq,Wpd', real.toMmx(16), 'sse2', trapped),
  numbered('F3 0F 2A /r', 'CVTSI2SS Vss,Ed', real.fromGeneral(lanes.ss), 'sse'),
  numbered('F2 0F 2A /r', 'CVTSI2SD Vsd,Ed', real.fromGeneral(lanes.sd), 'sse2'),
  numbered('F3 0F 2C /r', 'CVTTSS2SI Gd,Wss', real.toGeneral(lanes.ss, true), 'sse'),
  numbered('F2 0F 2C /r', 'CVTTSD2SI Gd,Wsd', real.toGeneral(lanes.sd, true), 'sse2'),
  numbered('F3 0F 2D /r', 'CVTSS2SI Gd,Wss', real.toGeneral(lanes.ss, false), 'sse'),
  numbered('F2 0F 2D /r', 'CVTSD2SI Gd,Wsd', real.toGeneral(lanes.sd, false), 'sse2'),
  numbered('NP 0F 5A /r', 'CVTPS2PD Vpd,Wq', real.convert('PS'), 'sse2'),
  numbered('66 0F 5A /r', 'CVTPD2PS Vps,Wpd', real.convert('PD'), 'sse2'),
  numbered('F3 0F 5A /r', 'CVTSS2SD Vsd,Wss', real.convert('SS'), 'sse2'),
  numbered('F2 0F 5A /r', 'CVTSD2SS Vss,Wsd', real.convert('SD'), 'sse2'),
  numbered('NP 0F 5B /r', 'CVTDQ2PS Vps,Wdq', real.integersToSingles, 'sse2'),
  numbered('66 0F 5B /r', 'CVTPS2DQ Vdq,Wps', real.toPacked(lanes.ps, false), 'sse2'),
  numbered('F3 0F 5B /r', 'CVTTPS2DQ Vdq,Wps', real.toPacked(lanes.ps, true), 'sse2'),
  numbered('F3 0F E6 /r', 'CVTDQ2PD Vpd,Wq', real.integersToDoubles, 'sse2'),
  numbered('F2 0F E6 /r', 'CVTPD2DQ Vdq,Wpd', real.toPacked(lanes.pd, false), 'sse2'),
  numbered('66 0F E6 /r', 'CVTTPD2DQ Vdq,Wpd', real.toPacked(lanes.pd, true), 'sse2'),
];

const sse: FormOptions = { feature: 'sse' };
const sse2: FormOptions = { feature: 'sse2' };

const moves: FormRow[] = [
  form('NP 0F 10 /r', 'MOVUPS Vps,Wps', move.loadReal(false), sse),
  form('66 0F 10 /r', 'MOVUPD Vpd,Wpd', move.loadReal(false), sse2),
  form('F3 0F 10 /r', 'MOVSS Vss,Wss', move.movssLoad, sse),
  form('F2 0F 10 /r', 'MOVSD Vsd,Wsd', move.movsdLoad, sse2),
  form('NP 0F 11 /r', 'MOVUPS Wps,Vps', move.storeReal(false), sse),
  form('66 0F 11 /r', 'MOVUPD Wpd,Vpd', move.storeReal(false), sse2),
  form('F3 0F 11 /r', 'MOVSS Wss,Vss', move.movssStore, sse),
  form('F2 0F 11 /r', 'MOVSD Wsd,Vsd', move.movsdStore, sse2),
  form('NP 0F 12 /r', 'MOVLPS Vps,Mq', move.movlpsLoad, sse),
  form('66 0F 12 /r', 'MOVLPD Vpd,Mq', move.movlpsLoad, sse2),
  form('NP 0F 12 /r', 'MOVHLPS Vps,Ups', move.movlpsLoad, sse),
  form('NP 0F 13 /r', 'MOVLPS Mq,Vps', move.movsdStore, sse),
  form('66 0F 13 /r', 'MOVLPD Mq,Vpd', move.movsdStore, sse2),
  form('NP 0F 16 /r', 'MOVHPS Vps,Mq', move.movhpsLoad, sse),
  form('66 0F 16 /r', 'MOVHPD Vpd,Mq', move.movhpsLoad, sse2),
  form('NP 0F 16 /r', 'MOVLHPS Vps,Ups', move.movhpsLoad, sse),
  form('NP 0F 17 /r', 'MOVHPS Mq,Vps', move.movhpsStore, sse),
  form('66 0F 17 /r', 'MOVHPD Mq,Vpd', move.movhpsStore, sse2),
  form('NP 0F 28 /r', 'MOVAPS Vps,Wps', move.loadReal(true), sse),
  form('66 0F 28 /r', 'MOVAPD Vpd,Wpd', move.loadReal(true), sse2),
  form('NP 0F 29 /r', 'MOVAPS Wps,Vps', move.storeReal(true), sse),
  form('66 0F 29 /r', 'MOVAPD Wpd,Vpd', move.storeReal(true), sse2),
  form('NP 0F 2B /r', 'MOVNTPS Mps,Vps', move.storeReal(true), sse),
  form('66 0F 2B /r', 'MOVNTPD Mpd,Vpd', move.storeReal(true), sse2),
  form('NP 0F 50 /r', 'MOVMSKPS Gd,Ups', shuffle.movmsk(1), sse),
  form('66 0F 50 /r', 'MOVMSKPD Gd,Upd', shuffle.movmsk(2), sse2),
];

const shuffles: FormRow[] = [
  form('NP 0F 14 /r', 'UNPCKLPS Vps,Wps', shuffle.packedXmm.punpckldq, sse),
  form('66 0F 14 /r', 'UNPCKLPD Vpd,Wpd', shuffle.unpcklpd, sse2),
  form('NP 0F 15 /r', 'UNPCKHPS Vps,Wps', shuffle.packedXmm.punpckhdq, sse),
  form('66 0F 15 /r', 'UNPCKHPD Vpd,Wpd', shuffle.unpckhpd, sse2),
  form('NP 0F C6 /r', 'SHUFPS Vps,Wps,Ib', shuffle.shufps, sse),
  form('66 0F C6 /r', 'SHUFPD Vpd,Wpd,Ib', shuffle.shufpd, sse2),
  form('NP 0F 52 /r', 'RSQRTPS Vps,Wps', shuffle.approximate('reciprocalRoot', 4), sse),
  form('F3 0F 52 /r', 'RSQRTSS Vss,Wss', shuffle.approximate('reciprocalRoot', 1), sse),
  form('NP 0F 53 /r', 'RCPPS Vps,Wps', shuffle.approximate('reciprocal', 4), sse),
  form('F3 0F 53 /r', 'RCPSS Vss,Wss', shuffle.approximate('reciprocal', 1), sse),
];

const logic: FormRow[] = (['AND', 'ANDN', 'OR', 'XOR'] as const).flatMap((name, n) => [
  form(`NP 0F 5${4 + n} /r`, `${name}PS Vps,Wps`, shuffle.logic[name], sse),
  form(`66 0F 5${4 + n} /r`, `${name}PD Vpd,Wpd`, shuffle.logic[name], sse2),
]);

/** The low bits of a fence's ModR/M are ignored. */
const others: FormRow[] = [
  form('NP 0F AE E8+i', 'LFENCE', control.nop, sse2),
  form('NP 0F AE F0+i', 'MFENCE', control.nop, sse2),
  form('NP 0F AE F8+i', 'SFENCE', control.nop, sse),
  form('NP 0F AE /7', 'CLFLUSH Mb', control.nop, { feature: 'clflush' }),
  form('NP 0F C3 /r', 'MOVNTI Md,Gd', move.movnti, sse2),
  form('NP 0F F7 /r', 'MASKMOVQ Pq,Nq,Bdi', shuffle.maskedStore(mmx), { ...sse, class: 'sensitive' }),
  form('66 0F F7 /r', 'MASKMOVDQU Vdq,Udq,Bdi', shuffle.maskedStore(xmm), { ...sse2, class: 'sensitive' }),
];

export const sseForms: FormRow[] = [
  ...arithmetic,
  ...comparisons,
  ...conversions,
  ...moves,
  ...shuffles,
  ...logic,
  ...others,
];
