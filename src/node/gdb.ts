import type { ListenAddress } from '../listen-address.ts';
import type { Machine } from '../machine.ts';
import { serveGdb } from './gdb-server.ts';
import { nodeMonitor } from './monitor.ts';
import type { SessionServer } from './session-server.ts';

/** What a server for gdb is told of the program that it is part of. */
export interface GdbSettings {
  /** What gdb's `kill` does. Default: it ends the machine. */
  readonly quit?: () => void;
}

/** The same as listenForGdb() of the library, for any host's machine. */
export function nodeGdb(machine: Machine, address: ListenAddress, settings: GdbSettings): Promise<SessionServer> {
  const quit = settings.quit ?? (() => void machine.stop());
  const monitor = nodeMonitor(machine, { quit });
  return serveGdb(machine, address, { execute: (line) => monitor.execute(line), quit });
}
