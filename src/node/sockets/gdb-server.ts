import { GdbSession } from '../../gdb/session.ts';
import type { GdbConsole } from '../../gdb/target.ts';
import type { Machine } from '../../machine/machine.ts';
import type { ListenAddress } from '../../options/listen-address.ts';
import { SessionServer } from './session-server.ts';

/** Where gdb can attach to a machine: two that debug it at the same time would undo what the other one does. */
const servers = new WeakMap<Machine, SessionServer>();

/** Lets gdb attach to a machine there, and nowhere else; its `monitor` and `kill` go to this console. */
export async function serveGdb(machine: Machine, address: ListenAddress, console: GdbConsole): Promise<SessionServer> {
  endGdb(machine);
  const server = await SessionServer.listen(address, (write) => new GdbSession(machine, console, write));
  servers.set(machine, server);
  return server;
}

/** Lets no gdb attach to it any more. */
export function endGdb(machine: Machine): void {
  servers.get(machine)?.end();
  servers.delete(machine);
}
