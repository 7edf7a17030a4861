/** When SSE instructions can be executed, and how (translator/abi/sse.ts; Intel SDM vol. 3, 2.5; vol. 2, table 2-20). */
import { Cr0, Cr4 } from '../../../translator/abi/control-registers.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Mxcsr, SseMode } from '../../../translator/abi/sse.ts';
import { Word } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { Exception } from '../x87/context.ts';

/** Makes Word.sseMode right: due after each change of CR0.EM, CR0.TS, CR4.OSFXSR and MXCSR. */
export function updateSseMode(state: Int32Array): void {
  const mxcsr = state[Word.mxcsr];
  const blocked = (state[Word.cr0] & (Cr0.em | Cr0.ts)) !== 0 || (state[Word.cr4] & Cr4.osfxsr) === 0;
  let mode = blocked ? SseMode.blocked : 0;
  if ((mxcsr & (Mxcsr.masks | Mxcsr.rounding)) !== Mxcsr.masks) mode |= SseMode.control;
  if ((mxcsr & Exception.precision) === 0) mode |= SseMode.inexact;
  state[Word.sseMode] = mode;
}

/** Raises #UD or #NM if no SSE instruction can be executed. */
export function requireSse(state: Int32Array): void {
  if ((state[Word.cr0] & Cr0.em) !== 0 || (state[Word.cr4] & Cr4.osfxsr) === 0) raise(Vector.invalidOpcode);
  if ((state[Word.cr0] & Cr0.ts) !== 0) raise(Vector.deviceNotAvailable);
}

export function setMxcsr(state: Int32Array, value: number): void {
  if ((value & ~Mxcsr.defined) !== 0) raise(Vector.generalProtection);
  state[Word.mxcsr] = value;
  updateSseMode(state);
}
