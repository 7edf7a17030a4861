import type { Case } from '../../protection/kernel.ts';
import { entryCases } from './entry.ts';
import { eventCases, taskCases } from './events.ts';
import { interceptCases } from './intercepts.ts';
import { interruptCases } from './interrupts.ts';

export const groups: Readonly<Record<string, readonly Case[]>> = {
  intercepts: interceptCases,
  entry: entryCases,
  events: eventCases,
  interrupts: interruptCases,
  tasks: taskCases,
};
