import { connect, createServer } from 'node:net';
import { ConfigurationError } from '../../errors.ts';
import type { ListenAddress } from '../../listen-address.ts';
import type { MigrationChannel } from '../../migration/channel.ts';
import { listen } from '../listen.ts';
import { systemMessage } from '../system-message.ts';
import { Callers } from './callers.ts';
import { migrationPlace } from './place.ts';
import { SocketChannel } from './socket-channel.ts';
import { channelFrom, channelFromFile, channelTo } from './stream-channel.ts';

/**
 * Opens the way to where a machine is to go: tcp:HOST:PORT and unix:PATH, where another process waits for it, or exec:COMMAND.
 * @throws ConfigurationError
 */
export async function openChannel(uri: string): Promise<MigrationChannel> {
  const place = migrationPlace(uri);
  if (place.kind === 'socket') return await connected(place.address, uri);
  if (place.kind === 'exec') return channelTo(place.command);
  throw new ConfigurationError(`${uri}: a machine goes to a file as a whole, by snapshot()`);
}

async function connected(address: ListenAddress, uri: string): Promise<MigrationChannel> {
  const socket = connect(address);
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
 * Waits for a machine: at tcp:HOST:PORT or unix:PATH, where another process sends it, or from exec:COMMAND or file:FILE, which was
 * written by way of exec.
 * @throws ConfigurationError if it cannot listen there
 */
export async function awaitChannel(uri: string): Promise<AwaitedChannel> {
  const place = migrationPlace(uri);
  if (place.kind === 'socket') return await listening(place.address);
  const channel = place.kind === 'exec' ? channelFrom(place.command) : channelFromFile(place.path);
  return { channel: Promise.resolve(channel), close: () => channel.destroy() };
}

/**
 * The first who begins as a migration does comes, and the place is free again then. Who connects and says nothing, or something else,
 * keeps nobody out. Until then the program is kept alive.
 */
async function listening(wanted: ListenAddress): Promise<AwaitedChannel> {
  const server = createServer();
  const callers = new Callers();
  const { address, stop } = await listen(server, wanted);
  server.ref();
  const close = (): void => {
    stop();
    callers.close();
  };
  server.on('connection', (socket) => callers.add(socket));
  const channel = callers.first.then((first) => {
    close();
    return first;
  });
  return { address, channel, close };
}
