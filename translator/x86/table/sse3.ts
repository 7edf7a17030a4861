import * as shift from '../../lift/packed-shift.ts';
import { mmx, xmm } from '../../lift/simd.ts';
import { pd, ps } from '../../lift/sse-lanes.ts';
import * as move from '../../lift/sse-move.ts';
import { alternating, horizontal, operations } from '../../lift/sse-real.ts';
import * as lift from '../../lift/ssse3.ts';
import { type FormOptions, type FormRow, form } from './form.ts';
import { both } from './mmx.ts';
import { numbered } from './sse.ts';

const sse3: FormOptions = { feature: 'pni' };
const ssse3: FormOptions = { feature: 'ssse3' };

const reals: FormRow[] = [
  numbered('66 0F 7C /r', 'HADDPD Vpd,Wpd', horizontal(pd, operations.ADD), 'pni'),
  numbered('F2 0F 7C /r', 'HADDPS Vps,Wps', horizontal(ps, operations.ADD), 'pni'),
  numbered('66 0F 7D /r', 'HSUBPD Vpd,Wpd', horizontal(pd, operations.SUB), 'pni'),
  numbered('F2 0F 7D /r', 'HSUBPS Vps,Wps', horizontal(ps, operations.SUB), 'pni'),
  numbered('66 0F D0 /r', 'ADDSUBPD Vpd,Wpd', alternating(pd), 'pni'),
  numbered('F2 0F D0 /r', 'ADDSUBPS Vps,Wps', alternating(ps), 'pni'),
];

const moves: FormRow[] = [
  form('F2 0F F0 /r', 'LDDQU Vdq,Mdq', move.loadInteger(xmm, false), sse3),
  form('F2 0F 12 /r', 'MOVDDUP Vpd,Wq', move.movddup, sse3),
  form('F3 0F 12 /r', 'MOVSLDUP Vps,Wps', move.movsldup, sse3),
  form('F3 0F 16 /r', 'MOVSHDUP Vps,Wps', move.movshdup, sse3),
];

const packed: FormRow[] = (
  [
    ['00', 'PSHUFB', lift.pshufb],
    ['01', 'PHADDW', lift.phaddw],
    ['02', 'PHADDD', lift.phaddd],
    ['03', 'PHADDSW', lift.phaddsw],
    ['04', 'PMADDUBSW', lift.pmaddubsw],
    ['05', 'PHSUBW', lift.phsubw],
    ['06', 'PHSUBD', lift.phsubd],
    ['07', 'PHSUBSW', lift.phsubsw],
    ['08', 'PSIGNB', lift.psignb],
    ['09', 'PSIGNW', lift.psignw],
    ['0A', 'PSIGND', lift.psignd],
    ['0B', 'PMULHRSW', lift.pmulhrsw],
    ['1C', 'PABSB', lift.pabsb],
    ['1D', 'PABSW', lift.pabsw],
    ['1E', 'PABSD', lift.pabsd],
  ] as const
).flatMap(([opcode, name, compute]) => both(`38 ${opcode}`, name, compute, 'ssse3', 'ssse3'));

const align: FormRow[] = [
  form('NP 0F 3A 0F /r', 'PALIGNR Pq,Qq,Ib', shift.palignr(mmx), ssse3),
  form('66 0F 3A 0F /r', 'PALIGNR Vdq,Wdq,Ib', shift.palignr(xmm), ssse3),
];

/** SSE3 (without FISTTP) and SSSE3. */
export const sse3Forms: FormRow[] = [...reals, ...moves, ...packed, ...align];
