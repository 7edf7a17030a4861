import { describe, flag, integer, starting, u32 } from '../../snapshot/describe.ts';
import { NO_SIGNATURE, NO_TASK_FILE, SLOTS, SPINNING } from './registers.ts';

/** GHC, and the register that the index port selects. */
export const hostState = describe({ control: u32, index: u32 });

/** No slot. */
export const NONE = SLOTS;

export const portState = describe({
  /** Registers, as they are called in `PortRegister`; addresses as two words. */
  commandList: u32,
  commandListUpper: u32,
  received: u32,
  receivedUpper: u32,
  interruptStatus: u32,
  interruptEnable: u32,
  command: starting(u32, SPINNING),
  taskFile: starting(u32, NO_TASK_FILE),
  signature: starting(u32, NO_SIGNATURE),
  control: u32,
  error: u32,
  active: u32,
  issue: u32,
  /** The drive's first registers have not been received yet. */
  signatureWaits: starting(flag, true),
  /** The drive is held in a software reset. */
  isHeld: flag,
  /** The slot whose command is under way, and the one that was chosen last. */
  slot: starting(integer(0, NONE), NONE),
  lastSlot: integer(0, SLOTS - 1),
  /** Bytes that the command under way has moved by its regions. */
  moved: u32,
  /** After an error: nothing runs until the driver restarts the port. */
  halted: flag,
});
