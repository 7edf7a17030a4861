import { type IncomingMessage, Server as WebServer } from 'node:http';
import { connect, createServer, type Server } from 'node:net';
import type { MigrationChannel } from '../../migration/channel.ts';
import { WebSocketChannel } from '../../migration/web-socket-channel.ts';
import type { ListenAddress } from '../../options/listen-address.ts';
import { checkString } from '../../util/checks.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';
import type { ByteSocket } from '../sockets/byte-socket.ts';
import { type Listening, listen, nodeAddress } from '../sockets/listen.ts';
import { isOwnPage } from '../web-socket/origin.ts';
import { webSocketServer } from '../web-socket/server.ts';
import { Callers } from './callers.ts';
import { type MigrationPlace, migrationPlace } from './place.ts';
import { SocketChannel } from './socket-channel.ts';
import { channelFrom, channelFromFile, channelTo } from './stream-channel.ts';

/**
 * Opens the way to where a machine is to go: tcp:HOST:PORT, unix:PATH and ws://HOST:PORT, where another process waits for it,
 * exec:COMMAND, or ws:HOST:PORT, where a page comes for it; then it resolves when the page is there.
 * @param cancelled ends the attempt
 * @throws ConfigurationError
 */
export async function openChannel(uri: string, cancelled?: AbortSignal): Promise<MigrationChannel> {
  checkString('where a machine goes', uri);
  const place = migrationPlace(uri);
  switch (place.kind) {
    case 'socket':
      return await connected(place.address, uri);
    case 'web-socket':
      return await WebSocketChannel.open(place.url, cancelled);
    case 'web-socket-server':
      return await fetched(place, cancelled);
    case 'exec':
      return channelTo(place.command);
    case 'file':
      throw new ConfigurationError(`${uri}: a machine goes to a file as a whole, by snapshot()`);
  }
}

async function connected(address: ListenAddress, uri: string): Promise<MigrationChannel> {
  const socket = connect(nodeAddress(address));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) =>
      reject(new ConfigurationError(`Failed to connect to '${shown(uri)}': ${sentence(systemMessage(error))}`)),
    );
  });
  return new SocketChannel(socket);
}

/** As QEMU writes it: the path of a socket, or host and port. */
function shown(uri: string): string {
  return uri.slice(uri.indexOf(':') + 1);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The first page that connects gets the machine. */
async function fetched(place: WebSocketPlace, cancelled?: AbortSignal): Promise<MigrationChannel> {
  const first = Promise.withResolvers<ByteSocket>();
  let isTaken = false;
  const server = serverFor(place, (socket) => {
    if (isTaken) socket.destroy();
    isTaken = true;
    first.resolve(socket);
  });
  const { stop } = await listenAwake(server, place.address);
  const cancel = () => first.reject(cancelled?.reason);
  cancelled?.addEventListener('abort', cancel, { once: true });
  if (cancelled?.aborted) cancel();
  try {
    return new SocketChannel(await first.promise);
  } finally {
    stop();
  }
}

type WebSocketPlace = MigrationPlace & { readonly kind: 'web-socket-server' };
type ListeningPlace = WebSocketPlace | (MigrationPlace & { readonly kind: 'socket' });

/** @param connected gets each one that connects */
function serverFor(place: ListeningPlace, connected: (socket: ByteSocket) => void): Server {
  if (place.kind === 'socket') return createServer(connected);
  const { origin } = place;
  const isAllowed = (request: IncomingMessage) => isOwnPage(request) || request.headers.origin === origin;
  return webSocketServer({ isAllowed, connected });
}

/** Until it is stopped the program is kept alive. */
async function listenAwake(server: Server, wanted: ListenAddress): Promise<Listening> {
  const { address, stop } = await listen(server, wanted);
  server.ref();
  const stopAll = (): void => {
    stop();
    // Who has connected and asked for nothing yet.
    if (server instanceof WebServer) server.closeAllConnections();
  };
  return { address, stop: stopAll };
}

/** Where a machine is waited for. */
export interface AwaitedChannel {
  /** Where that is, with the port that the system chose; none: a command or a file. */
  readonly address?: ListenAddress;
  /** Resolves when the other end is there. */
  readonly channel: Promise<MigrationChannel>;
  /** Waits no longer. */
  close(): void;
}

/**
 * Waits for a machine: at tcp:HOST:PORT or unix:PATH, where another process sends it, at ws:HOST:PORT, where a page does, from
 * ws://HOST:PORT, where another process waits for whoever takes it, or from exec:COMMAND or file:FILE, which was written by way of exec.
 * @throws ConfigurationError if it cannot listen there
 */
export async function awaitChannel(uri: string): Promise<AwaitedChannel> {
  const place = migrationPlace(uri);
  if (place.kind === 'socket' || place.kind === 'web-socket-server') return await listening(place);
  const channel = await readableAt(place);
  return { channel: Promise.resolve(channel), close: () => channel.destroy() };
}

async function readableAt(place: Exclude<MigrationPlace, ListeningPlace>): Promise<MigrationChannel> {
  if (place.kind === 'web-socket') return await WebSocketChannel.open(place.url);
  return place.kind === 'exec' ? channelFrom(place.command) : channelFromFile(place.path);
}

/**
 * The first who begins as a migration does comes, and the place is free again then. Who connects and says nothing, or something else,
 * keeps nobody out.
 */
async function listening(place: ListeningPlace): Promise<AwaitedChannel> {
  const callers = new Callers();
  const server = serverFor(place, (socket) => callers.add(socket));
  const { address, stop } = await listenAwake(server, place.address);
  const close = (): void => {
    stop();
    callers.close();
  };
  const channel = callers.first.then((first) => {
    close();
    return first;
  });
  return { address, channel, close };
}
