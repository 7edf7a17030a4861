import { arithmetic } from './arithmetic.ts';
import { bcd } from './bcd.ts';
import { bits } from './bits.ts';
import { control } from './control.ts';
import type { Form } from './form.ts';
import { mmxForms } from './mmx.ts';
import { move } from './move.ts';
import { muldiv } from './muldiv.ts';
import { shift } from './shift.ts';
import { sseForms } from './sse.ts';
import { sse3Forms } from './sse3.ts';
import { sse4Forms } from './sse4.ts';
import { stack } from './stack.ts';
import { string } from './string.ts';
import { special, system } from './system.ts';
import { x87Forms } from './x87.ts';

/** Numbers of the rows that take the place of encodings without a row, and of instructions of more than 15 bytes. */
export const INVALID_FORM = 0;
export const TOO_LONG_FORM = 1;

/** The instruction table; a form's id is its place here. */
export const forms: readonly Form[] = [
  ...special,
  ...arithmetic,
  ...muldiv,
  ...shift,
  ...bits,
  ...bcd,
  ...move,
  ...string,
  ...stack,
  ...control,
  ...system,
  ...mmxForms,
  ...sseForms,
  ...sse3Forms,
  ...sse4Forms,
  ...x87Forms,
].map((row, id) => ({ id, ...row }));
