import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP port of the loopback at which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Connects to a port of the loopback as soon as somebody listens there. */
export async function connectWhenListening(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  const isConnected = await new Promise((resolve) => {
    socket.on('error', () => resolve(false));
    socket.once('connect', () => resolve(true));
  });
  return isConnected ? socket : await connectWhenListening(port);
}
