import type { Case } from '../kernel.ts';
import { checkCases } from './checks.ts';
import { debugCases } from './debug.ts';
import { gateCases } from './gates.ts';
import { matrixCases } from './matrix.ts';
import { pagingCases } from './paging.ts';
import { taskCases } from './tasks.ts';
import { virtualCases } from './virtual.ts';

/** All cases, by the guests that they are made into. */
export const groups: Readonly<Record<string, readonly Case[]>> = {
  'gates, returns and interrupts': gateCases,
  tasks: taskCases,
  'virtual-8086 mode and I/O': virtualCases,
  paging: pagingCases,
  'debug registers': debugCases,
  'checks and their order': checkCases,
  'every descriptor': matrixCases,
};
