import type { ToMachine } from '../../runtime/host/messages.ts';
import { ports } from '../../runtime/host/ports.ts';
import type { TrayMove } from '../drives/index.ts';
import type { Notice } from '../isolate/connection.ts';
import type { MachineStreams } from '../isolate/streams.ts';
import type { MachineParts } from './types.ts';

/** The parts of a machine that its connections to the outside use. */
interface MachineEnd {
  readonly streams: MachineStreams;
  send(message: ToMachine): void;
  /** Takes what the user should know. */
  log(message: string): void;
  /** A tray was opened or closed. */
  trayMoved(move: TrayMove): void;
  /** The server of the drives has ended without being told to. */
  crashed(error: Error): void;
}

/** Connects a machine with its drives, cables, shared folders and loudspeakers. */
export function connectOutside(
  { drives, cards, shares, sound, recording, generation }: MachineParts,
  machine: MachineEnd,
): void {
  const { streams, send, log } = machine;
  drives.onLog = log;
  drives.onTrayMoved = machine.trayMoved;
  drives.onCrash = machine.crashed;
  cards.connect({ send, log });
  shares.connect({ send, log });
  for (const { name, cable } of cards.all) {
    const port = ports.card(name);
    streams.addOutput(port, cable);
    streams.addInput(port, cable);
  }
  sound.connect(send, log);
  streams.addOutput(ports.sound, sound);
  generation.connect({ send });
  recording.onLog = log;
  streams.addOutput(ports.recording, recording);
}

/** Has a request answered by whom it is for: a shared folder or a cable. */
export function answerOutside({ shares, cards }: MachineParts, request: Extract<Notice, { type: 'request' }>): void {
  if (shares.has(request.port)) void shares.answer(request);
  else cards.answer(request);
}

/** Lets go of all of it but the drives, whose images may take longer. */
export async function disconnectOutside({ cards, shares, sound, recording }: MachineParts): Promise<void> {
  await Promise.all([cards.close(), shares.close(), sound.close(), recording.close()]);
}
