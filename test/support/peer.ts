import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A server of a test's on the loopback, for a guest to connect to. */
export interface Peer {
  readonly server: Server;
  readonly port: number;
}

/** Starts one, at a port that the host chooses. A machine that stops or moves breaks its connections. */
export async function listen(onConnection: (socket: Socket) => void): Promise<Peer> {
  const server = createServer({ allowHalfOpen: true }, (socket) => onConnection(socket.on('error', () => {})));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}
