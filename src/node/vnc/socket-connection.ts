import type { Duplex } from 'node:stream';
import { ViewerGone } from '../../vnc/error.ts';
import type { ViewerConnection } from '../../vnc/viewer.ts';

/** Milliseconds that a viewer gets for reading why it is sent away. */
const PATIENCE = 1000;

/** A viewer at the other end of a socket. */
export class SocketConnection implements ViewerConnection {
  readonly #socket: Duplex;

  constructor(socket: Duplex) {
    this.#socket = socket;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket;
    if (socket.writable && socket.write(bytes)) return;
    if (!socket.writable) throw new ViewerGone();
    await new Promise<void>((resolve, reject) => {
      const done = (settle: () => void) => () => {
        socket.off('drain', drained).off('close', closed);
        settle();
      };
      const drained = done(resolve);
      const closed = done(() => reject(new ViewerGone()));
      socket.on('drain', drained).on('close', closed);
    });
  }

  /** Closes the connection after all written bytes were sent. */
  close(): void {
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), PATIENCE).unref();
  }
}
