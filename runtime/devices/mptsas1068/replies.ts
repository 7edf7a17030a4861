import type { BusMemory } from '../../memory/bus-memory.ts';
import { longOf } from '../../memory/long.ts';
import { WordQueue } from './queue.ts';
import { ADDRESS_REPLY, IocStatus, NO_REPLY, Reply, Request } from './registers.ts';
import type { ControllerState, QueuesState } from './state.ts';

/** A reply of so many bytes to a request. */
export function replyTo(request: DataView, bytes: number): DataView {
  const reply = new DataView(new ArrayBuffer(bytes));
  reply.setUint8(Reply.length, bytes / 4);
  reply.setUint8(Reply.function, request.getUint8(Request.function));
  reply.setUint32(Reply.context, request.getUint32(Request.context, true), true);
  return reply;
}

export interface RepliesOptions {
  readonly controller: ControllerState;
  readonly queues: Pick<QueuesState, 'freeReplies' | 'postedReplies'>;
  readonly memory: BusMemory;
  /** The controller has come to a state that it goes on from only by a reset. */
  fault(code: number): void;
  /** Whether there are replies has changed. */
  setInterrupt(isSet: boolean): void;
}

/** The queue of replies, and the frames in memory that the driver has given for them. */
export class Replies {
  readonly #options: RepliesOptions;
  readonly #free: WordQueue;
  readonly #posted: WordQueue;

  constructor(options: RepliesOptions) {
    this.#options = options;
    this.#free = new WordQueue(options.queues.freeReplies);
    this.#posted = new WordQueue(options.queues.postedReplies);
  }

  /** The driver gives a frame. */
  provide(address: number): void {
    if (this.#free.isFull) this.#options.fault(IocStatus.insufficientResources);
    else this.#free.put(address);
  }

  /** Writes a reply into the next frame, as far as that goes. */
  post(reply: DataView): void {
    const { controller, memory, fault, setInterrupt } = this.#options;
    if (this.#free.isEmpty || this.#posted.isFull) {
      fault(IocStatus.insufficientResources);
      return;
    }
    const address = this.#free.take();
    const bytes = new Uint8Array(reply.buffer).subarray(0, controller.replyFrameSize);
    memory.write(longOf(address, controller.hostHigh), bytes);
    this.#posted.put((ADDRESS_REPLY | (address >>> 1)) >>> 0);
    setInterrupt(true);
  }

  /** Tells that a request of this context has succeeded. */
  postContext(context: number): void {
    if (this.#posted.isFull) {
      this.#options.fault(IocStatus.insufficientResources);
      return;
    }
    this.#posted.put(context);
    this.#options.setInterrupt(true);
  }

  /** The driver takes a reply; the interrupt goes when it finds none. */
  take(): number {
    if (!this.#posted.isEmpty) return this.#posted.take();
    this.#options.setInterrupt(false);
    return NO_REPLY;
  }

  clear(): void {
    this.#free.clear();
    this.#posted.clear();
  }
}
