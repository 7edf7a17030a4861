import { writeFile } from 'node:fs/promises';
import type { ListenAddress } from '../gdb/address.ts';
import type { Machine } from '../machine.ts';
import { Monitor } from '../monitor/monitor.ts';
import { serveGdb } from './gdb-server.ts';
import type { SessionServer } from './session-server.ts';
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
  const leave = quit ?? (() => void machine.stop());
  let server: SessionServer | undefined;
  const listenForGdb = async (address: ListenAddress | null) => {
    await server?.close();
    const console = { execute: (line: string) => monitor.execute(line), quit: leave };
    server = address === null ? undefined : await serveGdb(machine, address, console);
  };
  const monitor: Monitor = new Monitor(machine, {
    version: packageVersion(),
    processId: process.pid,
    ...(name !== undefined && { name }),
    ...{ quit: leave, listenForGdb },
    writeFile: async (path, bytes) => {
      await writeFile(path, bytes).catch((error: unknown) => {
        throw new Error(`failed to open file '${path}': ${systemMessage(error)}`);
      });
    },
  });
  machine.once('exit', () => void server?.close());
  return monitor;
}
