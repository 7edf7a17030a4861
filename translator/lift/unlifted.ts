import type { Lift } from './lifter.ts';

/** Stands where a form's meaning is not written yet. */
export const unlifted: Lift = () => {
  throw new Error('this instruction form has no lifter');
};
