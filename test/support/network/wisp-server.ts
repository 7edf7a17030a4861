import { createSocket } from 'node:dgram';
import { connect, isIP, type Socket } from 'node:net';
import { WebSocketServer } from './websocket-server.ts';

/** Packets of a stream that the server takes at a time. */
const ROOM = 4;
const Type = { connect: 1, data: 2, continue: 3, close: 4 } as const;
const TCP = 1;
const [VOLUNTARY, NETWORK_ERROR, REFUSED] = [0x02, 0x03, 0x44];

/** The thing that a stream of a client is connected to. */
interface Connection {
  write(bytes: Buffer, done: () => void): void;
  end(): void;
  /** Packets that the client may still send. */
  room: number;
}

/** A relay of the wisp protocol on the loopback (Wisp 1.2). All names are this host. */
export class WispServer extends WebSocketServer {
  readonly #streams = new Map<Socket, Map<number, Connection>>();
  /** Hosts that clients asked for, with ports. */
  readonly asked: string[] = [];
  /** Packets that came when there was no room for them. */
  overruns = 0;

  static async start(port = 0): Promise<WispServer> {
    const server = new WispServer();
    await server.listen(port);
    return server;
  }

  get url(): string {
    return `wisp://127.0.0.1:${this.port}/`;
  }

  /** Streams that are open. */
  get open(): number {
    return [...this.#streams.values()].reduce((sum, streams) => sum + streams.size, 0);
  }

  /** All clients lose their connection. */
  dropAll(): void {
    for (const client of this.clients) client.destroy();
  }

  protected override joined(client: Socket): void {
    this.#streams.set(client, new Map());
    this.#send(client, Type.continue, 0, roomBytes());
  }

  protected override left(client: Socket): void {
    for (const connection of this.#streams.get(client)?.values() ?? []) connection.end();
    this.#streams.delete(client);
  }

  protected override received(packet: Buffer, client: Socket): void {
    const [type, stream, payload] = [packet[0], packet.readUInt32LE(1), packet.subarray(5)];
    const streams = this.#streams.get(client)!;
    const connection = streams.get(stream);
    if (type === Type.connect) streams.set(stream, this.#connect(payload, client, stream));
    else if (type === Type.close) {
      connection?.end();
      streams.delete(stream);
    } else if (type === Type.data && connection) this.#pass(connection, payload, client, stream);
  }

  #pass(connection: Connection, payload: Buffer, client: Socket, stream: number): void {
    if (connection.room === 0) this.overruns++;
    else connection.room--;
    connection.write(payload, () => {
      connection.room = ROOM;
      this.#send(client, Type.continue, stream, roomBytes());
    });
  }

  #connect(payload: Buffer, client: Socket, stream: number): Connection {
    const port = payload.readUInt16LE(1);
    const name = payload.toString('utf8', 3);
    this.asked.push(`${name}:${port}`);
    const host = isIP(name) ? name : '127.0.0.1';
    const send = (type: number, bytes: Uint8Array) => this.#send(client, type, stream, bytes);
    return payload[0] === TCP ? connectTcp(host, port, send) : openPort(host, port, send);
  }

  #send(client: Socket, type: number, stream: number, payload: Uint8Array): void {
    const header = Buffer.alloc(5, type);
    header.writeUInt32LE(stream, 1);
    if (this.clients.has(client)) this.sendBytes(client, Buffer.concat([header, payload]));
  }
}

type Send = (type: number, bytes: Uint8Array) => void;

function connectTcp(host: string, port: number, send: Send): Connection {
  const socket = connect(port, host);
  socket.on('data', (bytes: Buffer) => send(Type.data, bytes));
  socket.on('end', () => send(Type.close, Uint8Array.of(VOLUNTARY)));
  socket.on('error', ({ message }) => {
    send(Type.close, Uint8Array.of(message.includes('ECONNREFUSED') ? REFUSED : NETWORK_ERROR));
  });
  return { room: ROOM, write: (bytes, done) => void socket.write(bytes, () => done()), end: () => socket.destroy() };
}

/** Datagrams are not counted. */
function openPort(host: string, port: number, send: Send): Connection {
  const socket = createSocket('udp4', (bytes) => send(Type.data, bytes));
  return { room: Infinity, write: (bytes) => socket.send(bytes, port, host), end: () => socket.close() };
}

function roomBytes(): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(ROOM);
  return bytes;
}
