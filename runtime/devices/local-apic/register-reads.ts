import { processorPriority } from './priority.ts';
import { LOCAL_VECTORS, Register, VERSION } from './registers.ts';
import type { LocalApicState } from './state.ts';
import type { ApicTimer } from './timer.ts';

export function isLocalVector(offset: number): boolean {
  return offset >= Register.localVectors && offset < Register.localVectors + 16 * LOCAL_VECTORS;
}

/** The value of the register at an offset in the APIC's page; undefined where there is none (Intel SDM vol. 3, table 11-1). */
export function readRegister(state: LocalApicState, timer: ApicTimer, offset: number): number | undefined {
  const bank = (offset >>> 4) & 7;
  switch (offset & ~0x7f) {
    case Register.inService:
      return state.inService[bank]!;
    case Register.triggerMode:
      return state.triggerMode[bank]!;
    case Register.requests:
      return state.requests[bank]!;
  }
  if (isLocalVector(offset)) return state.localVectors[(offset - Register.localVectors) >>> 4]!;
  return readSingle(state, timer, offset);
}

function readSingle(state: LocalApicState, timer: ApicTimer, offset: number): number | undefined {
  switch (offset) {
    case Register.id:
      return state.id << 24;
    case Register.version:
      return VERSION;
    case Register.taskPriority:
      return state.taskPriority;
    case Register.arbitrationPriority:
    case Register.processorPriority:
      return processorPriority(state);
    case Register.logicalDestination:
      return state.logicalDestination << 24;
    case Register.destinationFormat:
      return (state.destinationFormat << 28) | 0x0fffffff;
    case Register.spurious:
      return state.spurious;
    case Register.errors:
      return state.errors;
    case Register.commandLow:
      return state.commandLow;
    case Register.commandHigh:
      return state.commandHigh;
    case Register.initialCount:
      return state.initialCount;
    case Register.currentCount:
      return timer.currentCount();
    case Register.divide:
      return state.divide;
    default:
      return undefined;
  }
}
