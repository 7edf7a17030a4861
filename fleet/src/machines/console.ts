import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { outputKey } from './record.ts';
import { Registry } from './registry.ts';

/** Events of a machine's console. */
export interface ConsolePart {
  /** The token of the host that it came from: another one than before says that the machine goes on from a checkpoint. */
  readonly token: number;
  /** Bytes that the machine had sent before, as far as its guest knows. */
  readonly at: number;
  readonly bytes: Uint8Array;
  /** Digest of the checkpoint that was made, in the place of bytes. */
  readonly checkpoint?: string;
  /** The host that the machine has moved to, where it goes on as it was, in the place of bytes. */
  readonly moved?: string;
}

/** Milliseconds to wait for more at a time; entries that are had at once. */
const [PATIENCE, BATCH] = [1000, 256];
/** Milliseconds after which an open console tells again that its machine is used. */
const USED = 2000;

/** A machine's COM1, from wherever it runs. */
export class MachineConsole implements AsyncDisposable {
  readonly #name: string;
  readonly #redis: Redis;
  readonly #registry: Registry;
  /** The connection that waits for output. */
  readonly #waiting: Redis;
  /** Tells that somebody uses the machine. */
  readonly #telling: NodeJS.Timeout;
  #isOpen = true;

  constructor(name: string, connect: () => Redis) {
    this.#name = name;
    this.#redis = connect();
    this.#waiting = connect();
    const registry = new Registry(this.#redis);
    this.#registry = registry;
    this.#telling = setInterval(() => void registry.use(name).catch(() => {}), USED).unref();
  }

  /**
   * What the guest sends, until the console is closed.
   * @param from "now", or "kept": all that Redis still has
   */
  async *output(from: 'now' | 'kept'): AsyncGenerator<ConsolePart> {
    const key = outputKey(this.#name);
    let place = from === 'kept' ? '0' : await this.#lastPlace(key);
    while (this.#isOpen) {
      const asked = this.#waiting.xreadBuffer('COUNT', BATCH, 'BLOCK', PATIENCE, 'STREAMS', key, place);
      const answer = await asked.catch((error: Error) => {
        if (this.#isOpen) throw error;
        return null;
      });
      for (const [id, fields] of answer?.[0]?.[1] ?? []) {
        place = id.toString();
        yield partOf(fields);
      }
    }
  }

  async #lastPlace(key: string): Promise<string> {
    const [last] = await this.#redis.xrevrange(key, '+', '-', 'COUNT', 1);
    return last?.[0] ?? '0';
  }

  /**
   * Sends to the guest.
   * @throws FleetError if the machine runs on no host
   */
  async send(bytes: Uint8Array): Promise<void> {
    if (!(await this.#registry.type(this.#name, bytes)))
      throw new FleetError(`${this.#name} does not run now; 'rawiron-fleet ps' says why`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOpen = false;
    clearInterval(this.#telling);
    for (const redis of [this.#waiting, this.#redis]) redis.disconnect();
  }
}

function partOf(fields: readonly Buffer[]): ConsolePart {
  const field = (name: string) => {
    const n = fields.findIndex((text, n) => n % 2 === 0 && text.toString() === name);
    return n < 0 ? undefined : fields[n + 1];
  };
  const [checkpoint, moved] = ['checkpoint', 'moved'].map((name) => field(name)?.toString());
  return {
    token: Number(field('token')),
    at: Number(field('at')),
    bytes: new Uint8Array(field('bytes') ?? Buffer.alloc(0)),
    ...(checkpoint !== undefined && { checkpoint }),
    ...(moved !== undefined && { moved }),
  };
}
