import { attributeRequests } from './attribute-requests.ts';
import { NinepClientState } from './client.ts';
import { Errno, errnoOf, FolderError } from './errno.ts';
import { fileRequests } from './file-requests.ts';
import type { SharedFolder } from './folder.ts';
import { nameRequests } from './name-requests.ts';
import { ERROR_BYTES, LEAST_MESSAGE, Message, MOST_MESSAGE, VERSION } from './protocol.ts';
import { MessageReader } from './reader.ts';
import type { Handler, Handlers, SessionSide } from './request.ts';
import { MessageWriter } from './writer.ts';

/** One client of a shared folder, which speaks 9P2000.L. */
export class NinepSession {
  readonly #handlers: Handlers = {
    ...nameRequests,
    ...attributeRequests,
    ...fileRequests,
    [Message.version]: version,
    // Requests are done in their order: what is to be flushed has been answered.
    [Message.flush]: async () => {},
  };
  readonly #isReadOnly: boolean;
  readonly #closing = new AbortController();
  #client: NinepClientState;

  constructor(folder: SharedFolder, isReadOnly: boolean) {
    this.#client = new NinepClientState(folder);
    this.#isReadOnly = isReadOnly;
  }

  /** Whether the client has mounted the folder. */
  get isMounted(): boolean {
    return this.#client.fids.all.size > 0;
  }

  /** The client, with the folder. */
  get client(): NinepClientState {
    return this.#client;
  }

  /** Another one takes its place, with a folder of its own. What the former has asked for is still done for that. */
  set client(client: NinepClientState) {
    this.#client = client;
  }

  /**
   * The reply to a message of HEADER_BYTES at least, with room for so many bytes, ERROR_BYTES at least. Messages are done one
   * after the other: nothing that one of them has checked is changed by another.
   * @param number one that was done already has the same reply, and is not done again
   */
  exchange(message: Uint8Array, room: number, number: number): Promise<Uint8Array> {
    const client = this.#client;
    const { resets } = client;
    return client.order.run(async () => {
      const known = client.replyTo(number);
      if (known !== undefined && known.length <= room) return known;
      const request = new MessageReader(message);
      const isGone = () => resets !== client.resets;
      const reply = await this.#answer(client, { request, length: message.length, room, isGone });
      if (!isGone()) client.replied(request.type, number, reply);
      return reply;
    });
  }

  /**
   * Does something with the folder between two of the client's requests, so that it sees all of it or nothing; also when it is
   * closed. What waits while it is closed is not done.
   */
  async between<Result>(act: (folder: SharedFolder) => Promise<Result>): Promise<Result> {
    const { signal } = this.#closing;
    const isClosed = signal.aborted;
    return await this.#client.between(async (folder) => {
      if (!isClosed) signal.throwIfAborted();
      return await act(folder);
    });
  }

  /** The client is gone: all that it had open is closed, and its messages that wait are not done any more. */
  reset(): Promise<void> {
    return this.#client.reset();
  }

  /** Closes the session for good. Messages that wait are not done any more; their replies are errors. */
  async close(): Promise<void> {
    this.#closing.abort(new FolderError(Errno.io, 'the folder is shared no more'));
    await this.#client.reset();
    await this.#client.folder.close();
  }

  async #answer(client: NinepClientState, { request, length, room, isGone }: Asked): Promise<Uint8Array> {
    const { folder, fids, mostBytes } = client;
    const { type, tag } = request;
    try {
      this.#closing.signal.throwIfAborted();
      if (isGone()) throw new FolderError(Errno.io, 'the client has gone');
      const reply = new MessageWriter(Math.min(room, mostBytes));
      const side = { client, folder, fids, isReadOnly: this.#isReadOnly, closing: this.#closing.signal };
      await this.#handlerOf(request, length)(side, request, reply);
      return reply.finish(type + 1, tag);
    } catch (error) {
      return new MessageWriter(ERROR_BYTES).u32(errnoOf(error)).finish(Message.error + 1, tag);
    } finally {
      await folder.settle();
    }
  }

  #handlerOf(request: MessageReader, length: number): Handler {
    const handler = this.#handlers[request.type];
    if (request.length !== length || length > MOST_MESSAGE)
      throw new FolderError(Errno.invalid, 'the message has another length than it says');
    if (handler === undefined) throw new FolderError(Errno.notSupported, `there is no request ${request.type}`);
    return handler;
  }
}

/** A message. */
interface Asked {
  readonly request: MessageReader;
  /** Bytes of it, and of the room for its reply. */
  readonly length: number;
  readonly room: number;
  /** Whether its client has gone meanwhile. */
  isGone(): boolean;
}

/** A client begins: how long messages are, and what protocol is spoken. */
async function version({ client }: SessionSide, request: MessageReader, reply: MessageWriter): Promise<void> {
  const wanted = request.u32();
  const text = request.text();
  await client.fids.clear();
  if (wanted < LEAST_MESSAGE) throw new FolderError(Errno.messageSize, 'the messages are too short');
  client.mostBytes = Math.min(wanted, MOST_MESSAGE);
  reply.u32(client.mostBytes).text(text === VERSION ? VERSION : 'unknown');
}
