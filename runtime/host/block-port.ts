import { allocateShared } from '../memory/ram.ts';
import type { BlockAnswer, BlockDone, BlockMedium, BlockPort, BlockQuestion } from './block.ts';
import type { HostDoor } from './door.ts';
import { ports } from './ports.ts';

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
 * A drive whose disk is at the host. `medium` is what is in it at the start; `most` requests are at the host at the same time,
 * where it is not the usual number.
 */
export function hostBlockPort(door: HostDoor, name: string, medium: BlockMedium | null, most?: number): BlockPort {
  const requests = door.requests(ports.drive(name, most));
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
  requests.onInput = (input) => {
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
