import type { Case } from '../../protection/kernel.ts';
import { entryCases } from './entry.ts';
import { eventCases, nextCases, taskCases } from './events.ts';
import { interceptCases } from './intercepts.ts';
import { interruptCases } from './interrupts.ts';
import { nestedCases } from './nested.ts';

type Groups = Readonly<Record<string, readonly Case[]>>;

/** Cases that QEMU answers too. */
export const judged: Groups = {
  intercepts: interceptCases,
  entry: entryCases,
  events: eventCases,
  interrupts: interruptCases,
};

/** Cases that QEMU 7.2 is not asked: it has no intercept of task switches and no `nrip-save`, and does not translate by the nested tables here. */
export const unjudged: Groups = { tasks: taskCases, next: nextCases, nested: nestedCases };

export const groups: Groups = { ...judged, ...unjudged };
