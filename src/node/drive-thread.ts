import { MessageChannel } from 'node:worker_threads';
import type { ToMachine } from '../../runtime/host/messages.ts';
import type { DriveCommand, DriveReport } from '../drives/protocol.ts';
import type { DriveThread, IsolateEvents } from '../host.ts';
import type { ToDrives } from '../isolate/protocol.ts';
import type { DriveThreadOptions } from './drives.ts';
import { messageEnd, startThread } from './thread.ts';

/** Starts the thread of a machine's drives, with its module. */
export function startDriveThread(module: string, events: IsolateEvents): DriveThread {
  const library = new MessageChannel();
  const machine = new MessageChannel();
  const options: DriveThreadOptions = { library: library.port2, machine: machine.port2 };
  const ports = [library.port2, machine.port2];
  const { worker, end } = startThread(module, options, events, { name: 'drives', ports });
  const hold = (alive: boolean) => {
    for (const end of [worker, library.port1]) {
      if (alive) end.ref();
      else end.unref();
    }
  };
  hold(false);
  return {
    port: messageEnd<DriveCommand, DriveReport>(library.port1),
    machineEnd: messageEnd<ToDrives, ToMachine>(machine.port1),
    hold,
    terminate: async () => {
      machine.port1.close();
      await end();
    },
  };
}
