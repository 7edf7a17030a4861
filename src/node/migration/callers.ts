import { isStart, KNOWN_BYTES } from '../../migration/records.ts';
import type { ByteSocket } from '../sockets/byte-socket.ts';
import { MOST_CLIENTS } from '../sockets/listen.ts';
import { SocketChannel } from './socket-channel.ts';

/** Connections to a place where a machine is awaited that have not announced one yet. */
export class Callers {
  readonly #first = Promise.withResolvers<SocketChannel>();
  readonly #channels = new Set<SocketChannel>();

  /** The first one that begins as a migration does. */
  readonly first = this.#first.promise;

  /** One more has connected. Of too many the one that has been silent for longest goes. */
  add(socket: ByteSocket): void {
    const channel = new SocketChannel(socket);
    this.#channels.add(channel);
    const [oldest] = this.#channels;
    if (this.#channels.size > MOST_CLIENTS) this.#drop(oldest!);
    void this.#listenTo(channel);
  }

  /** Listens for the start of a migration. A caller that begins like one and then says nothing keeps nobody out either. */
  async #listenTo(channel: SocketChannel): Promise<void> {
    let known = 0;
    while (known < KNOWN_BYTES) {
      const beginning = await channel.peek(known).catch(() => null);
      if (beginning === null || !isStart(beginning)) return this.#drop(channel);
      known = beginning.length;
    }
    if (this.#channels.delete(channel)) this.#first.resolve(channel);
  }

  #drop(channel: SocketChannel): void {
    this.#channels.delete(channel);
    channel.destroy();
  }

  /** Nobody is waited for any more. */
  close(): void {
    for (const channel of this.#channels) this.#drop(channel);
  }
}
