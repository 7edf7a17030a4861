import type { PureName, TrapName } from '../../translator/abi/helpers.ts';
import { GuestFault } from '../fault.ts';
import { flagCarriesOf, flagResultOf, flagsImage, multiplyHighSigned, multiplyHighUnsigned } from './arithmetic.ts';
import { checksum } from './checksum.ts';
import { clearTaskSwitched, invalidatePage, loadMachineStatus, moveFromControl, moveToControl } from './control.ts';
import type { Cpu } from './cpu.ts';
import { callHypervisor, identify } from './cpuid.ts';
import { moveFromDebug, moveToDebug } from './debug.ts';
import { divideOverflowSigned, divideSigned, divideUnsigned } from './division.ts';
import { callFar, jumpFar } from './far.ts';
import { returnFar } from './far-return.ts';
import { halt, pause, popFlags, setInterruptFlag } from './flag-instructions.ts';
import { enterFrame } from './frame-instructions.ts';
import { debugTrap, deliverFault, softwareException, softwareInterrupt } from './interrupts.ts';
import { interruptReturn } from './iret.ts';
import { readModelRegister, readPerformanceCounter, writeModelRegister } from './model-registers.ts';
import { portIn, portOut } from './port-access.ts';
import { repeatStringIn, repeatStringOut, stringIn, stringOut } from './port-strings.ts';
import { random } from './random.ts';
import { loadPointer, moveToSegment, popSegment } from './segment-instructions.ts';
import { aesInverseMix, aesInverseRound, aesInverseSubstitute, aesRound, aesSubstitute } from './sse/aes.ts';
import { carrylessHigh, carrylessLow } from './sse/carryless.ts';
import { sseReal, sseUnavailable } from './sse/execute.ts';
import { enterMmx, maskedStore } from './sse/mmx.ts';
import {
  packSigned8,
  packSigned16,
  packUnsigned8,
  packUnsigned16,
  reciprocal,
  reciprocalRoot,
  shuffleBytes,
  sumOfDifferences,
} from './sse/packed.ts';
import { compareStrings } from './sse/strings.ts';
import { runGuest } from './svm/enter.ts';
import {
  holdInterrupts,
  interceptInstruction,
  invalidateGuestPage,
  loadGuestState,
  saveGuestState,
} from './svm/instructions.ts';
import { sysenter, sysexit } from './sysenter.ts';
import { loadGlobalTable, loadInterruptTable, loadLocalTable, loadTask } from './tables.ts';
import { readTimestamp } from './timestamp.ts';
import { loadAccessRights, loadSegmentLimit, verifyRead, verifyWrite } from './verify.ts';
import { changeVirtualFlag, pushVirtualFlags } from './virtual-interrupts.ts';
import { x87Environment, x87Memory, x87Register } from './x87/execute.ts';
import { fxrstor, fxsave, ldmxcsr, stmxcsr } from './x87/fxsave.ts';
import { writeExtendedControl, xrstor, xsave } from './x87/xsave.ts';

/**
 * A trap of the helper table (translator/abi/helpers.ts). It raises a fault with nothing changed, or does all of what
 * the instruction means; it sets Word.eip unless it is declared to resume. A few give a value to the code that calls.
 */
export type Trap = (cpu: Cpu, a: number, b: number, c: number, d: number, e: number, f: number) => unknown;

/** A pure function of the helper table. */
export type PureHelper = (a: number, b: number, c: number) => number;

/**
 * A transfer that may switch tasks. A fault after the switch belongs to the new task, so it is delivered here: for the
 * dispatcher it would be one of the instruction.
 */
function switching(trap: Trap): Trap {
  return (cpu, a, b, c, d, e, f) => {
    try {
      trap(cpu, a, b, c, d, e, f);
    } catch (error) {
      if (!(error instanceof GuestFault && error.inNewTask)) throw error;
      // What has led to the new task is done.
      error.interrupt = -1;
      deliverFault(cpu, error, 0);
    }
  };
}

export const traps: Record<TrapName, Trap> = {
  halt,
  pause,
  setInterruptFlag,
  popFlags,
  pushVirtualFlags,
  changeVirtualFlag,
  softwareInterrupt: switching(softwareInterrupt),
  softwareException: switching(softwareException),
  debugTrap,
  interruptReturn: switching(interruptReturn),

  jumpFar: switching(jumpFar),
  callFar: switching(callFar),
  returnFar,
  sysenter,
  sysexit,

  moveToSegment,
  popSegment,
  loadPointer,
  loadAccessRights,
  loadSegmentLimit,
  verifyRead,
  verifyWrite,
  loadGlobalTable,
  loadInterruptTable,
  loadLocalTable,
  loadTask,

  enterFrame,

  moveFromControl,
  moveToControl,
  moveFromDebug,
  moveToDebug,
  loadMachineStatus,
  clearTaskSwitched,
  invalidatePage,

  portIn,
  portOut,
  stringIn,
  stringOut,
  repeatStringIn,
  repeatStringOut,

  identify,
  callHypervisor,
  readTimestamp,
  readPerformanceCounter,
  readModelRegister,
  writeModelRegister,
  random,

  leaveGuest: interceptInstruction,
  runGuest,
  loadGuestState,
  saveGuestState,
  holdInterrupts,
  invalidateGuestPage,

  x87Register,
  x87Compare: x87Register,
  x87Status: x87Register,
  x87Memory,
  x87Environment,
  fxsave,
  fxrstor,
  ldmxcsr,
  stmxcsr,
  xsave,
  xrstor,
  writeExtendedControl,

  sseUnavailable,
  sseReal,
  enterMmx,
  maskedStore,
  compareStrings,
};

export const pureHelpers: Record<PureName, PureHelper> = {
  multiplyHighUnsigned,
  multiplyHighSigned,
  divideUnsigned,
  divideSigned,
  divideOverflowSigned,
  packSigned8,
  packUnsigned8,
  packSigned16,
  packUnsigned16,
  shuffleBytes,
  sumOfDifferences,
  reciprocal,
  reciprocalRoot,
  aesRound,
  aesSubstitute,
  aesInverseRound,
  aesInverseSubstitute,
  aesInverseMix,
  carrylessLow,
  carrylessHigh,
  checksum,
  countLeadingZeros: Math.clz32,
  flagsImage,
  flagResultOf,
  flagCarriesOf,
};
