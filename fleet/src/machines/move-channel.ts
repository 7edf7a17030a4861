import type { Socket } from 'node:net';
import { ChannelError, type MigrationChannel } from 'rawiron';

/** Parts of what goes over the connection of a move, by the first byte of their heads. */
const [STREAM, WORDS, VERDICT] = [0, 1, 2];
const HEAD = 5;
/** Bytes of a part, and those that are read ahead, at most. */
const [MOST_PART, AHEAD] = [64 << 20, 4 << 20];

/** Milliseconds after which a connection is lost over which nothing goes. */
const SILENCE = 30_000;

/** The last words of the host that a machine leaves, while the guest stands still. */
export interface LastWords {
  /** Output that nobody may have heard yet, and how many bytes were sent before it. */
  readonly at: number;
  readonly unsaid: Uint8Array;
  /** The number of the last input that the host has typed, and the last bytes of that, which the machine has not taken. */
  readonly typed: number;
  readonly untaken: Uint8Array;
}

/** Whether the machine goes on at the other host, and how long that has taken since it was there, in milliseconds. */
export interface Verdict {
  readonly isAccepted: boolean;
  readonly milliseconds: number;
}

/** The sending end's steps at the last moments of a move. */
export interface Sender {
  words(): LastWords;
  /** Resolves when nobody else may go on with the machine; rejects if somebody does. */
  recall(reason: string): Promise<void>;
}

/** One end of the connection by which a machine moves to another host: the core's stream, and what hosts say beside it. */
export class MoveChannel implements MigrationChannel {
  readonly answers = true;
  readonly #socket: Socket;
  readonly #sender: Sender | undefined;
  readonly #parts: Uint8Array[] = [];
  #ahead = 0;
  #isBroken = false;
  /** Somebody waits for a part, or for room. */
  #wake: () => void = () => {};
  #room: () => void = () => {};
  readonly #words = Promise.withResolvers<LastWords>();
  readonly #verdict = Promise.withResolvers<Verdict>();

  /**
   * @param sender missing: the machine comes here
   * @param silence milliseconds after which a connection is lost over which nothing goes
   */
  constructor(socket: Socket, sender?: Sender, silence = SILENCE) {
    this.#socket = socket;
    // The other computer may have vanished.
    socket.setTimeout(silence, () => socket.destroy());
    this.#sender = sender;
    socket.setNoDelay(true);
    for (const { promise } of [this.#words, this.#verdict]) promise.catch(() => {});
    void this.#readAll();
  }

  /** The last words of the host where the machine was. Rejects if there were none. */
  get words(): Promise<LastWords> {
    return this.#words.promise;
  }

  /** The other host's answer about the machine. Rejects if there is none. */
  get verdict(): Promise<Verdict> {
    return this.#verdict.promise;
  }

  async #readAll(): Promise<void> {
    try {
      let rest: Buffer = Buffer.alloc(0);
      for await (const bytes of this.#socket as AsyncIterable<Buffer>) {
        rest = this.#takeParts(rest.length === 0 ? bytes : Buffer.concat([rest, bytes]));
        while (this.#ahead > AHEAD) {
          await new Promise<void>((resolve) => {
            this.#room = resolve;
          });
        }
      }
    } catch {}
    this.#isBroken = true;
    for (const { reject } of [this.#words, this.#verdict]) reject(broken());
    this.#wake();
  }

  /** @returns the start of a part that is not whole */
  #takeParts(bytes: Buffer): Buffer {
    let at = 0;
    while (at + HEAD <= bytes.length) {
      const length = bytes.readUInt32BE(at + 1);
      if (length > MOST_PART) throw broken();
      if (at + HEAD + length > bytes.length) break;
      this.#take(bytes[at]!, new Uint8Array(bytes.subarray(at + HEAD, at + HEAD + length)));
      at += HEAD + length;
    }
    return bytes.subarray(at);
  }

  #take(kind: number, part: Uint8Array): void {
    if (kind === WORDS) this.#words.resolve(wordsFrom(part));
    else if (kind === VERDICT) this.#verdict.resolve(JSON.parse(Buffer.from(part).toString()) as Verdict);
    else {
      this.#parts.push(part);
      this.#ahead += part.length;
      this.#wake();
    }
  }

  async read(): Promise<Uint8Array> {
    while (this.#parts.length === 0) {
      if (this.#isBroken) throw broken();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const part = this.#parts.shift()!;
    this.#ahead -= part.length;
    if (this.#ahead <= AHEAD) this.#room();
    return part;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#send(STREAM, bytes);
  }

  async settle(): Promise<void> {
    const words = this.#sender?.words();
    if (words) await this.#send(WORDS, bytesFrom(words));
  }

  async recall(reason: string): Promise<void> {
    await this.#sender?.recall(reason);
  }

  /** Tells the other host what has become of the machine. */
  async tell(verdict: Verdict): Promise<void> {
    await this.#send(VERDICT, Buffer.from(JSON.stringify(verdict)));
  }

  async #send(kind: number, bytes: Uint8Array): Promise<void> {
    const head = Buffer.alloc(HEAD);
    head[0] = kind;
    head.writeUInt32BE(bytes.length, 1);
    // Both at once: words go to and fro while the guest stands still.
    this.#socket.cork();
    this.#socket.write(head);
    const written = new Promise<void>((resolve, reject) => {
      this.#socket.write(bytes, (error) => (error ? reject(broken()) : resolve()));
    });
    this.#socket.uncork();
    await written;
  }

  /** The connection stays for what hosts still have to say. */
  async close(): Promise<void> {}

  destroy(): void {}

  /** Ends the connection. */
  end(): void {
    this.#socket.destroySoon();
  }
}

/** Nobody knows what the other host does: Redis does. */
const broken = () => new ChannelError('the connection to the other host is lost', { isPeerGone: false });

function bytesFrom({ at, typed, unsaid, untaken }: LastWords): Uint8Array {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return Buffer.from(JSON.stringify({ at, typed, unsaid: base64(unsaid), untaken: base64(untaken) }));
}

function wordsFrom(bytes: Uint8Array): LastWords {
  // A host of another version may leave out the last one.
  const {
    at,
    typed,
    unsaid,
    untaken = '',
  } = JSON.parse(Buffer.from(bytes).toString()) as {
    at: number;
    typed: number;
    unsaid: string;
    untaken?: string;
  };
  const plain = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
  return { at, typed, unsaid: plain(unsaid), untaken: plain(untaken) };
}
