import { describe, flag, integer, list, type StateOf, starting, u32 } from '../../snapshot/describe.ts';
import { LAST_COMMAND } from './registers.ts';

/** The chip's state for so many processors. */
export const cpuHotPlugState = (count: number) =>
  describe({
    /** The ports are the bitmap of earlier systems. */
    isBitmap: starting(flag, true),
    selector: u32,
    command: integer(0, LAST_COMMAND),
    // By processor.
    inserting: list(count, flag),
    removing: list(count, flag),
    firmwareEjects: list(count, flag),
    ostEvents: list(count, u32),
    ostStatus: list(count, u32),
  });

export type CpuHotPlugState = StateOf<ReturnType<typeof cpuHotPlugState>>;
