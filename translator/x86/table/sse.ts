import * as control from '../../lift/control.ts';
import { type FormRow, form } from './form.ts';

/** What SSE and SSE2 add beside registers of their own. The low bits of a fence's ModR/M are ignored. */
export const sse: FormRow[] = [
  form('NP 0F AE E8+i', 'LFENCE', control.nop, { feature: 'sse2' }),
  form('NP 0F AE F0+i', 'MFENCE', control.nop, { feature: 'sse2' }),
  form('NP 0F AE F8+i', 'SFENCE', control.nop, { feature: 'sse' }),
  form('NP 0F AE /7', 'CLFLUSH Mb', control.nop, { feature: 'sse2' }),
];
