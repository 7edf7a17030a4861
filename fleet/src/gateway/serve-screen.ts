import type { WebSocket } from 'ws';
import type { FleetMachines } from '../machines/machines.ts';

/** Bytes that a client has not taken yet, after which it is let go. */
export const MOST_WAITING = 4 << 20;
/** Numbers of a closing handshake (RFC 6455, 7.4.1): nothing is wrong, and something is. */
const [NORMAL, FAILED] = [1000, 1011];

/** Closes a client's WebSocket and says why; empty: nothing is wrong. A reason has 123 bytes at most. */
export function closeWith(client: WebSocket, why: string): void {
  // Its answer must be read: otherwise the end comes late.
  client.resume();
  client.close(
    why === '' ? NORMAL : FAILED,
    Buffer.from(why)
      .subarray(0, 120)
      .toString()
      .replace(/\ufffd$/, ''),
  );
}

/** Joins a client that speaks VNC and a machine's screen until one of them ends, or the machine goes to another host. */
export async function serveScreen(machines: FleetMachines, name: string, client: WebSocket): Promise<void> {
  client.on('error', () => {});
  // What it sends before the connection is there waits.
  client.pause();
  const ended = Promise.withResolvers<string>();
  client.on('close', () => ended.resolve(''));
  try {
    await machines.wake(name);
    await using view = await machines.view(name, {
      data: (bytes) => {
        if (client.bufferedAmount > MOST_WAITING) client.terminate();
        else client.send(bytes);
      },
      end: ended.resolve,
    });
    client.on('message', (bytes: Buffer) => {
      view.send(bytes).catch((error: Error) => ended.resolve(error.message));
    });
    if (client.readyState === client.OPEN) client.resume();
    closeWith(client, await ended.promise);
  } catch (error) {
    closeWith(client, (error as Error).message);
  }
}
