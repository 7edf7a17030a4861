import type { Socket } from 'node:net';

/** For servers and connections whose clients may end their sending side, and then still want what answers them. */
export const HALF_OPEN = { allowHalfOpen: true } as const;

function letGo(this: Socket): void {
  this.destroy();
}

/** Has a client wait for its turn. One that ends before it has sent anything wants none. */
export function keepWaiting(socket: Socket): void {
  socket.pause();
  socket.once('end', letGo);
}

/** How long the end of a client waits for who may never take what it has sent, in milliseconds. */
const PATIENCE = 1000;

/**
 * Serves a client: what it sends is answered piece by piece. When it has ended its sending side it still gets its answers; then the
 * connection is closed.
 * @param answers whether answers come for sure
 */
export function serveClient(
  socket: Socket,
  answer: (bytes: Buffer) => Promise<void>,
  answers: () => boolean = () => true,
): void {
  let answered: Promise<void> = Promise.resolve();
  socket.off('end', letGo);
  socket.on('data', (bytes: Buffer) => {
    socket.pause();
    answered = answer(bytes).then(() => void socket.resume());
  });
  // It may come while the socket is paused.
  socket.once('end', () => {
    if (!answers()) setTimeout(() => socket.end(), PATIENCE).unref();
    const end = () => void socket.end();
    answered.then(end, end);
  });
  socket.resume();
}
