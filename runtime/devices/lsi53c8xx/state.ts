import { COMMAND_BYTES } from '../../scsi/operations.ts';
import { byteQueue, bytes, describe, flag, integer, type StateOf, starting, u8 } from '../../snapshot/describe.ts';
import { Phase, RAM_BYTES, REGISTER_BYTES, TARGETS } from './registers.ts';

/** Bytes that a command moves at most. */
export const MOST_BYTES = 16 << 20;

/** Reasons for which SCRIPTS stand still although they run: none, a reselection, or the target. */
export const Waiting = { none: 0, reselection: 1, target: 2 } as const;

export const processorState = describe({
  registers: bytes(REGISTER_BYTES),
  ram: bytes(RAM_BYTES),
  carry: flag,
  waiting: integer(Waiting.none, Waiting.target),
});
export type ProcessorState = StateOf<typeof processorState>;

const phase = starting(integer(Phase.dataOut, Phase.free), Phase.free);
export const connectionState = describe({
  target: integer(0, TARGETS - 1),
  unit: u8,
  phase,
  /** The phase after messages. */
  resumed: phase,
  /** Messages of the target that were not taken. */
  messages: byteQueue,
  command: bytes(COMMAND_BYTES),
  /** Bytes that the target waits for before it executes the command. */
  wanted: integer(0, MOST_BYTES),
  /** Data of the host for the command, or data for the host. */
  data: byteQueue,
  /** The target executes the command, and asks for nothing. */
  isExecuting: flag,
  status: u8,
});
export type ConnectionState = StateOf<typeof connectionState>;
