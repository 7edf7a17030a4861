import { GdbSession } from '../gdb/session.ts';
import type { GdbConsole } from '../gdb/target.ts';
import type { ListenAddress } from '../listen-address.ts';
import type { Machine } from '../machine.ts';
import { SessionServer } from './session-server.ts';

/** Lets gdb attach to a machine; its `monitor` and `kill` go to this console. */
export function serveGdb(machine: Machine, address: ListenAddress, console: GdbConsole): Promise<SessionServer> {
  return SessionServer.listen(address, (write) => new GdbSession(machine, console, write));
}
