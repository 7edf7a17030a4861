import type { Machine } from '../index.ts';
import { fileConnection } from './backends/file.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** Sends the log of what the guest does to the file of -D, or to standard error. `failed` hears that a file cannot be written. */
export function connectLog(
  machine: Machine,
  { machine: { log }, logFile }: Settings,
  terminal: Terminal,
  failed: (error: Error) => void,
): void {
  if (logFile !== undefined) {
    const file = fileConnection(logFile, failed);
    machine.guestLog.on('data', (bytes) => file.write(bytes));
  } else if (log) machine.guestLog.on('data', (bytes) => terminal.writeError(bytes));
}
