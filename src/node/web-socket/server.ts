import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketStream } from './stream.ts';

/** RFC 6455, 1.3. */
const KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** Milliseconds in which a client must have asked for a WebSocket. */
const REQUEST_LIMIT = 10_000;

/** Callbacks of a server of WebSockets. */
export interface WebSocketHandlers {
  /** Whether who asks so may connect. */
  isAllowed(request: IncomingMessage): boolean;
  /** One more has connected. */
  connected(stream: WebSocketStream): void;
  /** Answers a request that asks for no WebSocket; false: it is answered 426. Left out: all are. */
  answers?(request: IncomingMessage, response: ServerResponse): boolean;
}

/** A server of WebSockets, which does not listen yet. */
export function webSocketServer(handlers: WebSocketHandlers): Server {
  const limits = { headersTimeout: REQUEST_LIMIT, requestTimeout: REQUEST_LIMIT, connectionsCheckingInterval: 1_000 };
  const server = createServer(limits, (request, response) => {
    if (!handlers.answers?.(request, response)) response.writeHead(426, { Upgrade: 'websocket' }).end();
  });
  return server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on('error', () => {});
    const answer = upgradeAnswer(request);
    if (answer === undefined) refuse(socket, '400 Bad Request');
    else if (!handlers.isAllowed(request)) refuse(socket, '403 Forbidden');
    else {
      socket.write(answer);
      if (head.length > 0) socket.unshift(head);
      handlers.connected(new WebSocketStream(socket));
    }
  });
}

/** Refuses a connection. A client that does not close its own end has no place among those that the server takes at a time. */
function refuse(socket: Socket, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\n\r\n`).destroySoon();
}

/** The answer that makes a connection a WebSocket; undefined: the request asks for none. */
function upgradeAnswer({ headers }: IncomingMessage): string | undefined {
  const key = headers['sec-websocket-key'];
  if (key === undefined || headers['sec-websocket-version'] !== '13') return undefined;
  const accept = createHash('sha1')
    .update(key + KEY_SUFFIX)
    .digest('base64');
  const protocols = headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? [];
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${accept}`,
    ...(protocols.includes('binary') ? ['Sec-WebSocket-Protocol: binary'] : []),
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
