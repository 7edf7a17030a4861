import type { WebSocket } from 'ws';
import type { FleetMachines } from '../machines/machines.ts';
import { closeWith, MOST_WAITING } from './serve-screen.ts';

/** Joins a client and a machine's console until one of them ends. */
export async function serveConsole(machines: FleetMachines, name: string, client: WebSocket): Promise<void> {
  client.on('error', () => {});
  // What it sends before the machine runs waits.
  client.pause();
  try {
    await machines.wake(name);
    await using line = machines.console(name);
    client.on('close', () => void line[Symbol.asyncDispose]());
    client.on('message', (bytes: Buffer) => {
      line.send(bytes).catch((error: Error) => closeWith(client, error.message));
    });
    if (client.readyState !== client.OPEN) return;
    // The place from which output is had is asked for first.
    setImmediate(() => client.resume());
    for await (const { bytes } of line.output('now')) {
      if (client.bufferedAmount > MOST_WAITING) return client.terminate();
      if (bytes.length > 0) client.send(bytes);
    }
  } catch (error) {
    closeWith(client, (error as Error).message);
  }
}
