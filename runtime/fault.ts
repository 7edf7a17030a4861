import { Vector } from '../translator/abi/faults.ts';
import { Segment } from '../translator/abi/state.ts';

/** Low and high words of EXITINFO1 and EXITINFO2. */
export type ExitInformation = readonly [first: number, firstHigh: number, second: number, secondHigh: number];

/** Stands for an exit code where there is none. */
export const NO_EXIT = -1;
const NOTHING: ExitInformation = [0, 0, 0, 0];

/** A fault of the guest on its way to the dispatcher, which delivers it. One object, reused: throwing costs no trace. */
export class GuestFault {
  vector = 0;
  /** Error code, or -1 where the vector pushes none. */
  errorCode = -1;
  /** The fault came in the middle of a task switch: it belongs to the new task, at Word.eip. */
  inNewTask = false;
  /** The vector of the INT n, INT3 or INTO whose delivery has raised it; else -1. */
  interrupt = -1;
  /** Its kind to a hypervisor: INT3 and INTO raise exceptions. */
  interruptKind: 'software' | 'exception' = 'software';
  /** It is no exception: the guest's hypervisor intercepts the instruction, with this code (translator/abi/exits.ts); else NO_EXIT. */
  exit = NO_EXIT;
  /** Details of the exit for the hypervisor (EXITINFO1 and EXITINFO2). */
  information: ExitInformation = NOTHING;
}

const fault = new GuestFault();

/** Faults that push an error code. */
const withErrorCode: ReadonlySet<number> = new Set([
  Vector.doubleFault,
  Vector.invalidTss,
  Vector.segmentNotPresent,
  Vector.stackFault,
  Vector.generalProtection,
  Vector.pageFault,
  Vector.alignmentCheck,
]);

/**
 * Raises an exception at the instruction being executed, by default with an error code of 0 if it has one.
 * V8 never compiles a function that always throws: what there is to do is in one that returns.
 */
export function raise(vector: number, errorCode?: number): never {
  throw faultOf(vector, errorCode);
}

/** The fault that `raise` throws: the one object. */
export function faultOf(vector: number, errorCode = withErrorCode.has(vector) ? 0 : -1): GuestFault {
  fault.vector = vector;
  fault.errorCode = errorCode;
  fault.inNewTask = false;
  fault.interrupt = -1;
  fault.exit = NO_EXIT;
  return fault;
}

/** Leaves the guest for its hypervisor, which intercepts the instruction being executed. */
export function raiseExit(exit: number, information = NOTHING): never {
  fault.inNewTask = false;
  fault.interrupt = -1;
  fault.exit = exit;
  fault.information = information;
  throw fault;
}

/** Raises what an access beyond a segment's limits or rights does. */
export function raiseSegmentFault(segment: number): never {
  raise(segmentFaultVector(segment));
}

export function segmentFaultVector(segment: number): number {
  return segment === Segment.ss ? Vector.stackFault : Vector.generalProtection;
}
