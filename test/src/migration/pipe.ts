import { ChannelError, type MigrationChannel } from '../../../src/index.ts';
import { type Kind, RecordStream } from '../../../src/migration/records.ts';
import { nodeCompressor, portableCompressor } from '../../../src/node/files/compressor.ts';
import { nodeStorage } from '../../../src/node/storage.ts';

const host = { compressor: nodeCompressor, portableCompressor, decompressor: nodeStorage.decompressor };
const numbers: Readonly<Record<number, Kind>> = { 4: 'loaded', 6: 'taken', 10: 'whole', 11: 'ping' };

/** Which word is sent, of some; undefined: another record. */
export function kindOf(bytes: Uint8Array): Kind | undefined {
  return numbers[bytes[0]!];
}

/** A record as it is written. */
export async function record(kind: Kind, value: object = {}): Promise<Uint8Array> {
  const written: Uint8Array[] = [];
  const channel = { write: async (bytes: Uint8Array) => void written.push(bytes.slice()) };
  await new RecordStream(channel as unknown as MigrationChannel, host).write(kind, value as never);
  return written[0]!;
}

/** One end of a connection within the process, which can break as one between processes does when one of them is killed. */
export class PipeEnd implements MigrationChannel {
  readonly answers: boolean;
  other!: PipeEnd;
  /** Number of writes here: each is one record, except the first of the sender. */
  writes = 0;
  /** Called before each write. */
  onWrite: (end: PipeEnd, bytes: Uint8Array) => void = () => {};
  /** Whether an end means that the process there has ended, as on one host. */
  isSure = true;
  readonly #arrived: Uint8Array[] = [];
  #isEnded = false;
  #wake: () => void = () => {};

  constructor(answers: boolean) {
    this.answers = answers;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.onWrite(this, bytes);
    this.writes++;
    if (this.#isEnded) throw this.#broken();
    this.other.#take(bytes);
  }

  #take(bytes: Uint8Array): void {
    this.#arrived.push(bytes);
    this.#wake();
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const bytes = this.#arrived.shift();
      if (bytes !== undefined) return bytes;
      if (this.#isEnded && !this.isSure) throw this.#broken();
      if (this.#isEnded) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #broken(): ChannelError {
    return new ChannelError('the connection is broken: it was reset', { isPeerGone: this.isSure });
  }

  async close(): Promise<void> {
    this.destroy();
  }

  /** As when the process of this end is killed: the other one gets what was written before, and then its end. */
  destroy(): void {
    this.other.#end();
    this.#end();
  }

  #end(): void {
    this.#isEnded = true;
    this.#wake();
  }
}

/** Both ends: who sends has the first. */
export function pipe(answers = true): [PipeEnd, PipeEnd] {
  const [near, far] = [new PipeEnd(answers), new PipeEnd(answers)];
  near.other = far;
  far.other = near;
  return [near, far];
}
