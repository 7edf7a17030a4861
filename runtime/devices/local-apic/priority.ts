import type { LocalApicState } from './state.ts';
import { highestVector } from './vectors.ts';

/** The priority of what the processor does (Intel SDM vol. 3, 11.8.3.1): of the task, or of the interrupt in service. */
export function processorPriority({ taskPriority, inService }: LocalApicState): number {
  const service = Math.max(0, highestVector(inService)) & 0xf0;
  return (taskPriority & 0xf0) >= service ? taskPriority : service;
}
