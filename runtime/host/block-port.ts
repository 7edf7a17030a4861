import { allocateShared } from '../memory/ram.ts';
import type { BlockDone, BlockError, BlockMedium, BlockPort } from './block.ts';
import type { HostDoor } from './door.ts';

/**
 * A drive's request to its host. The bytes are in shared memory where the host has that: it fills them, or takes them from there,
 * until it has answered.
 */
export type BlockQuestion =
  | { readonly type: 'read' | 'write'; readonly sector: number; readonly bytes: Uint8Array }
  | { readonly type: 'discard'; readonly sector: number; readonly count: number }
  | { readonly type: 'flush' }
  | { readonly type: 'lock'; readonly locked: boolean }
  | { readonly type: 'tray'; readonly open: boolean };

/** News of a drive from its host: its present medium, or that its tray was closed. */
export type BlockInput = BlockMedium | null | 'tray closed';

export interface BlockAnswer {
  readonly error: BlockError | null;
  /** For a read without error whose bytes are not in shared memory: a message has brought a copy of them, and brings one back. */
  readonly bytes?: Uint8Array;
}

/** Requests of a drive that its host has not answered, where it has one under way: the others were cancelled. */
const MOST_UNANSWERED = 4;

/** Bytes of lent memory that are kept for the next requests. */
const SPARE_BYTES = 2 << 20;

/**
 * Memory that is lent to the host for a request, and used again when it comes back. What doesn't, as its request was
 * cancelled, is left to the host, which may still be at it.
 */
class LentMemory {
  readonly #spares: Uint8Array[] = [];
  #spareBytes = 0;

  lend(length: number): Uint8Array {
    const n = this.#spares.findIndex((spare) => spare.length >= length);
    if (n < 0) return new Uint8Array(allocateShared(length));
    const [spare] = this.#spares.splice(n, 1);
    this.#spareBytes -= spare!.length;
    return spare!.subarray(0, length);
  }

  /**
   * Takes back a buffer after its request. A buffer that is not shared is not kept: it went as a copy of all its bytes, so a
   * spare one with more bytes than needed would cost time.
   */
  takeBack({ buffer }: Uint8Array): void {
    if (buffer instanceof ArrayBuffer || buffer.byteLength === 0) return;
    // Those that were kept longest have sizes that are not asked for any more.
    while (this.#spareBytes + buffer.byteLength > SPARE_BYTES && this.#spares.length > 0) {
      this.#spareBytes -= this.#spares.shift()!.length;
    }
    this.#spareBytes += buffer.byteLength;
    this.#spares.push(new Uint8Array(buffer));
  }
}

const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * A drive whose disk is at the host. `name` is that of the port; `medium` is what is in it at the start; `most` requests are at
 * the host at the same time.
 */
export function hostBlockPort(
  door: HostDoor,
  name: string,
  medium: BlockMedium | null,
  most = MOST_UNANSWERED,
): BlockPort {
  const requests = door.requestPort<BlockQuestion, BlockAnswer>(name, most);
  const memory = new LentMemory();
  const ask = (question: BlockQuestion, done: BlockDone) =>
    requests.request(
      () => question,
      ({ error }) => done(error),
    );
  const port = {
    medium,
    onMediumChanged: () => {},
    onTrayClosed: () => {},
    read(sector: number, target: Uint8Array, done: BlockDone): void {
      let lent = NOTHING;
      const question = (): BlockQuestion => {
        lent = memory.lend(target.length);
        return { type: 'read', sector, bytes: lent };
      };
      const whole = ({ error, bytes = lent }: BlockAnswer) => ({ error, ...(error === null && { bytes }) });
      requests.request(
        question,
        ({ error, bytes = lent }) => {
          if (error === null) target.set(bytes);
          memory.takeBack(lent);
          done(error);
        },
        whole,
      );
    },
    write(sector: number, source: Uint8Array, done: BlockDone): void {
      let lent = NOTHING;
      const question = (): BlockQuestion => {
        lent = memory.lend(source.length);
        lent.set(source);
        return { type: 'write', sector, bytes: lent };
      };
      requests.request(question, ({ error }) => {
        memory.takeBack(lent);
        done(error);
      });
    },
    flush: (done: BlockDone) => ask({ type: 'flush' }, done),
    discard: (sector: number, count: number, done: BlockDone) => ask({ type: 'discard', sector, count }, done),
    polled: () => requests.polled(),
    cancel: () => requests.cancel(),
    setLocked: (locked: boolean) => requests.tell('lock', { type: 'lock', locked }),
    setTrayOpen: (open: boolean) => requests.tell('tray', { type: 'tray', open }),
  };
  requests.onInput = (value) => {
    const input = value as BlockInput;
    if (input === 'tray closed') {
      port.onTrayClosed();
      return;
    }
    port.medium = input;
    port.onMediumChanged();
  };
  // To the guest nothing has changed: the state that is loaded next is one with this medium.
  requests.onHostChanged = () => {
    port.medium = medium;
  };
  return port;
}
