import { MessageChannel } from 'node:worker_threads';
import type { ToMachine } from '../../../runtime/host/messages.ts';
import type { DriveCommand, DriveReport } from '../../drives/protocol.ts';
import { startedByMessage } from '../../drives/started-by-message.ts';
import type { DriveThread, IsolateEvents } from '../../host.ts';
import type { ToDrives } from '../../isolate/protocol.ts';
import type { DriveThreadOptions } from '../files/drives.ts';
import { messageEnd, startThread, type Thread } from './thread.ts';

/** Starts the thread of a machine's drives, with its module. */
export function startDriveThread(module: string, events: IsolateEvents): DriveThread {
  const library = new MessageChannel();
  const machine = new MessageChannel();
  const options: DriveThreadOptions = { library: library.port2, machine: machine.port2 };
  const ports = [library.port2, machine.port2];
  let thread: Thread | undefined;
  let isHeld = false;
  const hold = (alive: boolean) => {
    isHeld = alive;
    for (const end of [thread?.worker, library.port1]) {
      if (alive) end?.ref();
      else end?.unref();
    }
  };
  const begin = () => {
    thread = startThread(module, options, events, { name: 'drives', ports });
    hold(isHeld);
  };
  const started = startedByMessage(messageEnd<DriveCommand, DriveReport>(library.port1), begin);
  return Object.assign(started, {
    machineEnd: messageEnd<ToDrives, ToMachine>(machine.port1),
    hold,
    terminate: async () => {
      machine.port1.close();
      library.port1.close();
      await thread?.end();
    },
  });
}
