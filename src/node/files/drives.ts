import { type MessagePort, workerData } from 'node:worker_threads';
import type { ToMachine } from '../../../runtime/host/messages.ts';
import type { DriveCommand, DriveReport } from '../../drives/protocol.ts';
import { serveDrives } from '../../drives/service.ts';
import type { ToDrives } from '../../isolate/protocol.ts';
import { writeCompiledCode } from '../process/compiled-code.mjs';
import { nodeStorage } from '../storage.ts';
import { messageEnd, takingEnd } from '../threads/thread.ts';

/** Data that the thread of a machine's drives starts with. */
export interface DriveThreadOptions {
  readonly library: MessagePort;
  readonly machine: MessagePort;
}

writeCompiledCode();
const { library, machine } = workerData as DriveThreadOptions;
serveDrives({
  storage: nodeStorage,
  library: messageEnd<DriveReport, DriveCommand>(library),
  machine: takingEnd<ToMachine, ToDrives>(machine),
});
