import { Vector } from '../translator/abi/faults.ts';
import { Segment } from '../translator/abi/state.ts';

/** A fault of the guest on its way to the dispatcher, which delivers it. One object, reused: throwing costs no trace. */
export class GuestFault {
  vector = 0;
  /** Error code, or -1 where the vector pushes none. */
  errorCode = -1;
  /** The fault came in the middle of a task switch: it belongs to the new task, at Word.eip. */
  inNewTask = false;
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
  return fault;
}

/** Raises what an access beyond a segment's limits or rights does. */
export function raiseSegmentFault(segment: number): never {
  raise(segmentFaultVector(segment));
}

export function segmentFaultVector(segment: number): number {
  return segment === Segment.ss ? Vector.stackFault : Vector.generalProtection;
}
