import { ConfigurationError } from '../util/errors.ts';
import { printable } from '../util/printable.ts';
import { ChannelError } from './channel.ts';
import type { Kind, RecordStream } from './records.ts';

/** The other end has said that it does not go on there. */
export class RefusedError extends ConfigurationError {}

/** The answers of the other end during a transfer. */
export class Answers {
  /** Rejects when the other end cannot take the machine, or is there no more. */
  readonly broken: Promise<never>;
  readonly #waiting = new Map<Kind, PromiseWithResolvers<void>>();

  /** @param stream is read from now on */
  constructor(stream: RecordStream) {
    this.broken = this.#read(stream);
    // Nobody may wait for it.
    this.broken.catch(() => {});
  }

  /** Resolves when this word has come; a later call waits for the next one. */
  async word(kind: Kind): Promise<void> {
    await this.#of(kind).promise;
    this.#waiting.delete(kind);
  }

  #of(kind: Kind): PromiseWithResolvers<void> {
    const waiting = this.#waiting.get(kind) ?? Promise.withResolvers<void>();
    this.#waiting.set(kind, waiting);
    return waiting;
  }

  async #read(stream: RecordStream): Promise<never> {
    for (;;) {
      const record = await stream.read();
      if (record === null) throw new ChannelError('the other end has ended without an answer', { isPeerGone: true });
      if (record.kind === 'failed')
        throw new RefusedError(`the other end cannot take the machine: ${printable(String(record.value.message))}`);
      this.#of(record.kind).resolve();
    }
  }
}
