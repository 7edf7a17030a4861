import { InOrder } from '../storage/in-order.ts';
import { attributeRequests } from './attribute-requests.ts';
import { Errno, errnoOf, FolderError } from './errno.ts';
import { Fids } from './fids.ts';
import { fileRequests } from './file-requests.ts';
import type { SharedFolder } from './folder.ts';
import { nameRequests } from './name-requests.ts';
import { ERROR_BYTES, LEAST_MESSAGE, Message, MOST_MESSAGE, VERSION } from './protocol.ts';
import { MessageReader } from './reader.ts';
import type { Handler, Handlers, SessionSide } from './request.ts';
import { MessageWriter } from './writer.ts';

/** One client of a shared folder, which speaks 9P2000.L. */
export class NinepSession {
  readonly #side: SessionSide;
  readonly #order = new InOrder();
  readonly #handlers: Handlers = {
    ...nameRequests,
    ...attributeRequests,
    ...fileRequests,
    [Message.version]: (_side, request, reply) => this.#version(request, reply),
    // Requests are done in their order: what is to be flushed has been answered.
    [Message.flush]: async () => {},
  };
  readonly #closing = new AbortController();
  #mostBytes = LEAST_MESSAGE;
  /** How often a client has gone. */
  #resets = 0;

  constructor(folder: SharedFolder, isReadOnly: boolean) {
    this.#side = { folder, fids: new Fids(folder), isReadOnly, closing: this.#closing.signal };
  }

  /** Whether the client has mounted the folder. */
  get isMounted(): boolean {
    return this.#side.fids.count > 0;
  }

  /**
   * The reply to a message of HEADER_BYTES at least, with room for so many bytes, ERROR_BYTES at least. Messages are done one
   * after the other: nothing that one of them has checked is changed by another.
   */
  exchange(message: Uint8Array, room: number): Promise<Uint8Array> {
    const resets = this.#resets;
    return this.#order.run(() => this.#answer(message, room, resets));
  }

  /**
   * Does something with the folder between two of the client's requests, so that it sees all of it or nothing; also when it is
   * closed. What waits while it is closed is not done.
   */
  async between<Result>(act: (folder: SharedFolder) => Promise<Result>): Promise<Result> {
    const { folder, closing } = this.#side;
    const isClosed = closing.aborted;
    return await this.#order.run(async () => {
      if (!isClosed) closing.throwIfAborted();
      return await act(folder).finally(() => folder.settle());
    });
  }

  /** The client is gone: all that it had open is closed, and its messages that wait are not done any more. */
  reset(): Promise<void> {
    this.#resets++;
    return this.#order.run(() => this.#forget());
  }

  /** The same for good. Messages that wait are not done any more; their replies are errors. */
  close(): Promise<void> {
    this.#closing.abort(new FolderError(Errno.io, 'the folder is shared no more'));
    return this.#order.run(async () => {
      await this.#forget();
      await this.#side.folder.close();
    });
  }

  async #forget(): Promise<void> {
    await this.#side.fids.clear();
    await this.#side.folder.settle();
    this.#mostBytes = LEAST_MESSAGE;
  }

  async #answer(message: Uint8Array, room: number, resets: number): Promise<Uint8Array> {
    const request = new MessageReader(message);
    const { type, tag } = request;
    try {
      this.#closing.signal.throwIfAborted();
      if (resets !== this.#resets) throw new FolderError(Errno.io, 'the client has gone');
      const reply = new MessageWriter(Math.min(room, this.#mostBytes));
      await this.#handlerOf(request, message.length)(this.#side, request, reply);
      return reply.finish(type + 1, tag);
    } catch (error) {
      return new MessageWriter(ERROR_BYTES).u32(errnoOf(error)).finish(Message.error + 1, tag);
    } finally {
      await this.#side.folder.settle();
    }
  }

  #handlerOf(request: MessageReader, length: number): Handler {
    const handler = this.#handlers[request.type];
    if (request.length !== length || length > MOST_MESSAGE)
      throw new FolderError(Errno.invalid, 'the message has another length than it says');
    if (handler === undefined) throw new FolderError(Errno.notSupported, `there is no request ${request.type}`);
    return handler;
  }

  /** A client begins: how long messages are, and what protocol is spoken. */
  async #version(request: MessageReader, reply: MessageWriter): Promise<void> {
    const wanted = request.u32();
    const version = request.text();
    await this.#side.fids.clear();
    if (wanted < LEAST_MESSAGE) throw new FolderError(Errno.messageSize, 'the messages are too short');
    this.#mostBytes = Math.min(wanted, MOST_MESSAGE);
    reply.u32(this.#mostBytes).text(version === VERSION ? VERSION : 'unknown');
  }
}
