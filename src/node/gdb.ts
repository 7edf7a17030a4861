import { GdbSession } from '../gdb/session.ts';
import type { Machine } from '../machine.ts';
import { nodeMonitor } from './monitor.ts';
import { type ListenAddress, SessionServer } from './session-server.ts';

/** What a server for gdb is told of the program that it is part of. */
export interface GdbSettings {
  /** What gdb's `kill` does. Default: it ends the machine. */
  readonly quit?: () => void;
}

/** The same as listenForGdb() of the library, for any host's machine. */
export function serveGdb(machine: Machine, address: ListenAddress, settings: GdbSettings = {}): Promise<SessionServer> {
  const quit = settings.quit ?? (() => void machine.stop());
  const monitor = nodeMonitor(machine, { quit });
  const console = { execute: (line: string) => monitor.execute(line), quit };
  return SessionServer.listen(address, (write) => new GdbSession(machine, console, write));
}
