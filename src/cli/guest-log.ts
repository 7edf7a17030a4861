import type { Machine } from '../index.ts';
import { fileConnection } from './backends/file.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/**
 * Sends the log of what the guest does to the file of -D, or to standard error: a monitor may ask for one later. `failed` hears that
 * a file cannot be written.
 */
export function connectLog(
  machine: Machine,
  { logFile }: Settings,
  terminal: Terminal,
  failed: (error: Error) => void,
): void {
  const file = logFile === undefined ? undefined : fileConnection({ path: logFile }, failed);
  machine.guestLog.on('data', (bytes) => (file ? file.write(bytes) : terminal.writeError(bytes)));
}
