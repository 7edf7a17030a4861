import { writeFile } from 'node:fs/promises';
import type { Machine } from '../machine.ts';
import { Monitor } from '../monitor/monitor.ts';
import { systemMessage } from './system-message.ts';
import { packageVersion } from './version.ts';

/** What a monitor is told of the program that it is part of. */
export interface MonitorSettings {
  /** What `quit` does. Default: it ends the machine. */
  readonly quit?: () => void;
  /** What `info name` tells. */
  readonly name?: string;
}

/** The same as openMonitor() of the library, for any host's machine. */
export function nodeMonitor(machine: Machine, { quit, name }: MonitorSettings = {}): Monitor {
  return new Monitor(machine, {
    version: packageVersion(),
    processId: process.pid,
    ...(name !== undefined && { name }),
    quit: quit ?? (() => void machine.stop()),
    writeFile: async (path, bytes) => {
      await writeFile(path, bytes).catch((error: unknown) => {
        throw new Error(`failed to open file '${path}': ${systemMessage(error)}`);
      });
    },
  });
}
