import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { byteQueue, type Component, describe, text, where } from '../../snapshot/describe.ts';
import { GUEST_DOMAIN, PAGE_BYTES, STORE_PAGE } from '../abi.ts';
import { ByteRing, type ByteRingPlace } from '../byte-ring.ts';
import { contentsOf, isContents, textOf } from './contents.ts';
import { answerStore, HEADER_BYTES, LONGEST_PAYLOAD, MessageType, type StoreRequest } from './messages.ts';
import { Store, type Watch } from './store.ts';
import { StoreError } from './tree.ts';

/** The guest's home directory. */
export const HOME = `/local/domain/${GUEST_DOMAIN}`;

/** struct xenstore_domain_interface (xs_wire.h). */
const requestRing: ByteRingPlace = { at: 0, length: 1024, consumed: 2048, produced: 2052 };
const answerRing: ByteRingPlace = { at: 1024, length: 1024, consumed: 2056, produced: 2060 };

/** Bytes of answers that may wait for a guest that reads none. */
const MOST_WAITING = 1 << 20;

const storeState = describe({
  contents: where(text, 'the contents of a store', isContents),
  /** Bytes of a message that has not come whole, and of answers that the guest has no room for. */
  input: byteQueue,
  output: byteQueue,
});

export interface StoreServerOptions {
  readonly memory: BusMemory;
  readonly guestError: ReportGuestError;
  /** Tells the guest that something is in its ring, or that there is room again. */
  readonly tell: () => void;
  /** Something has changed at a path. */
  readonly changed: (path: string) => void;
}

/** Serves the store to the guest, by two rings of bytes in a page that it shares. */
export class StoreServer {
  readonly component: Component;
  readonly store: Store;
  readonly #options: StoreServerOptions;
  readonly #state = storeState.create();
  readonly #requests: ByteRing;
  readonly #answers: ByteRing;
  /** Events of the message that is being answered. */
  #held: Uint8Array[] | null = null;

  constructor(options: StoreServerOptions) {
    const { memory, changed } = options;
    this.#options = options;
    this.store = new Store({ watched: (watch, path) => this.#tellOfWatch(watch, path), changed });
    const page = STORE_PAGE * PAGE_BYTES;
    this.#requests = new ByteRing(memory, page, requestRing);
    this.#answers = new ByteRing(memory, page, answerRing);
    this.component = storeState.bind('xen store', this.#state, {
      settle: () => {
        this.#state.contents = textOf(this.store.contents);
      },
      restored: () => {
        if (this.#state.contents !== '') this.store.contents = contentsOf(this.#state.contents);
      },
    });
  }

  /** The guest starts again, with these nodes. */
  reset(nodes: readonly (readonly [string, string])[]): void {
    const { input, output } = this.#state;
    input.clear();
    output.clear();
    this.store.contents = { nodes: [['/', '']], watches: [], transactions: [], changes: 0, lastTransaction: 0 };
    for (const [path, value] of nodes) this.store.set(path, value);
    this.#options.memory.write(STORE_PAGE * PAGE_BYTES, new Uint8Array(PAGE_BYTES));
  }

  /** The guest has put something into its ring, or has taken something from ours. */
  serve(): void {
    const { input, output } = this.#state;
    const given = this.#answers.give(output);
    // A guest that reads no answers is asked for none.
    const taken = output.length < MOST_WAITING ? this.#requests.take() : new Uint8Array();
    input.push(taken);
    while (input.length >= HEADER_BYTES && this.#takeMessage());
    if (given + taken.length + this.#answers.give(output) > 0) this.#options.tell();
  }

  /** Answers the first message, if it is there as a whole. */
  #takeMessage(): boolean {
    const { input } = this.#state;
    const header = new DataView(input.peek(HEADER_BYTES).slice().buffer);
    const [type, id, transaction, length] = [0, 4, 8, 12].map((at) => header.getUint32(at, true)) as [
      number,
      number,
      number,
      number,
    ];
    if (length > LONGEST_PAYLOAD) {
      this.#options.guestError('xen store: a message is too long, bytes', length);
      input.clear();
      return false;
    }
    if (input.length < HEADER_BYTES + length) return false;
    const payload = textFrom(input.peek(HEADER_BYTES + length).subarray(HEADER_BYTES));
    input.drop(HEADER_BYTES + length);
    this.#answer({ type, id, transaction, payload });
    return true;
  }

  /** Events of what it does come after its answer. */
  #answer({ type, id, transaction, payload }: StoreRequest & { readonly id: number }): void {
    const { output } = this.#state;
    const events: Uint8Array[] = [];
    this.#held = events;
    output.push(message(...this.#answerTo({ type, transaction, payload }, id)));
    this.#held = null;
    for (const event of events) output.push(event);
  }

  /** Parts of the message that answers one. */
  #answerTo(request: StoreRequest, id: number): [type: number, id: number, transaction: number, payload: string] {
    const { type, transaction } = request;
    try {
      const answer = answerStore(this.store, HOME, request);
      if (answer.length > LONGEST_PAYLOAD) throw new StoreError('E2BIG');
      return [type, id, transaction, answer];
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return [MessageType.error, id, transaction, `${error.message}\0`];
    }
  }

  #tellOfWatch({ given, path, token }: Watch, changed: string): void {
    const { output } = this.#state;
    const event = message(MessageType.watchEvent, 0, 0, `${given}${changed.slice(path.length)}\0${token}\0`);
    if (this.#held !== null) {
      this.#held.push(event);
      return;
    }
    if (output.length > MOST_WAITING) {
      this.#options.guestError('xen store: the guest reads no events; waiting bytes', output.length);
      return;
    }
    output.push(event);
    if (this.#answers.give(output) > 0) this.#options.tell();
  }
}

function message(type: number, id: number, transaction: number, payload: string): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + payload.length));
  for (const [n, word] of [type, id, transaction, payload.length].entries()) view.setUint32(4 * n, word, true);
  for (let n = 0; n < payload.length; n++) view.setUint8(HEADER_BYTES + n, payload.charCodeAt(n));
  return new Uint8Array(view.buffer);
}

function textFrom(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
}
