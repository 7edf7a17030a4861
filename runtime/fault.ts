/** A fault of the guest on its way to the dispatcher, which delivers it. One object, reused: throwing costs no trace. */
export class GuestFault {
  vector = 0;
  /** Error code, or -1 where the vector pushes none. */
  errorCode = -1;
  /** The fault came in the middle of a task switch: it belongs to the new task, at Word.eip. */
  inNewTask = false;
}

const fault = new GuestFault();

/** Raises an exception at the instruction being executed. */
export function raise(vector: number, errorCode = -1): never {
  fault.vector = vector;
  fault.errorCode = errorCode;
  fault.inNewTask = false;
  throw fault;
}
