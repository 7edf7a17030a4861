import type { ToMachine } from '../../runtime/host/messages.ts';
import type { DriveThread } from '../host.ts';
import type { MessageEnd, ToDrives } from '../isolate/protocol.ts';
import type { StorageHost } from '../storage/open.ts';
import type { DriveCommand, DriveReport } from './protocol.ts';
import { serveDrives } from './service.ts';
import { startedByMessage } from './started-by-message.ts';

/**
 * Serves the drives of a machine in the caller's thread, for hosts that start none for them.
 * @param connect makes the two ends of a connection, such as those of a MessageChannel
 */
export function serveDrivesHere(storage: StorageHost, connect: () => readonly [unknown, unknown]): DriveThread {
  type Ends<Sent, Received> = readonly [MessageEnd<Sent, Received>, MessageEnd<Received, Sent>];
  const [port, library] = connect() as Ends<DriveCommand, DriveReport>;
  const [machineEnd, machine] = connect() as Ends<ToDrives, ToMachine>;
  const begin = () => serveDrives({ storage, library, machine });
  const started = startedByMessage(port, begin);
  return Object.assign(started, { machineEnd, hold: () => {}, terminate: async () => {} });
}
