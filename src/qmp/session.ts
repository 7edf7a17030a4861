import { isObject, type JsonObject } from './command.ts';
import { QmpError } from './error.ts';
import { JsonReader, type Read } from './json/reader.ts';
import { writeJson } from './json/writer.ts';
import type { Qmp } from './qmp.ts';

const members = ['execute', 'arguments', 'id'];
const encoder = new TextEncoder();
/** Bytes that a client may leave untaken before it misses events. */
const MOST_UNTAKEN = 1 << 20;

/** One client of QMP: lines of JSON in, lines of JSON out. */
export class QmpSession {
  readonly #qmp: Qmp;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  readonly #reader = new JsonReader();
  readonly #unlisten: () => void;
  readonly #isPretty: boolean;
  #isNegotiated = false;
  /** The client has gone: what it has asked for and is not done has no answer. */
  #isClosed = false;
  /** Bytes that the client has not taken yet. */
  #untaken = 0;
  #done: Promise<void> = Promise.resolve();

  /**
   * Greets at once. `write` resolves when the bytes have been taken.
   * @param isPretty messages are in lines for people, with a member on each
   */
  constructor(qmp: Qmp, write: (bytes: Uint8Array) => Promise<void>, isPretty = false) {
    this.#qmp = qmp;
    this.#isPretty = isPretty;
    this.#write = write;
    this.#unlisten = qmp.listen((event, data) => this.#tell(event, data));
    void this.#send(qmp.greeting);
  }

  /** Bytes from the client. Resolves when they have been answered, and the answers taken. */
  receive(bytes: Uint8Array): Promise<void> {
    this.#done = this.#done.then(() => this.#read(bytes));
    return this.#done;
  }

  async #read(piece: Uint8Array): Promise<void> {
    for (const read of this.#reader.read(piece)) {
      if (this.#isClosed) return;
      await this.#answer(read);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unlisten();
  }

  /** Events come only after the negotiation, to a client that takes them. */
  #tell(event: string, data: JsonObject | undefined): void {
    if (!this.#isNegotiated || this.#untaken > MOST_UNTAKEN) return;
    const now = Date.now();
    const timestamp = { seconds: Math.floor(now / 1000), microseconds: (now % 1000) * 1000 };
    void this.#send({ timestamp, event, ...(data && { data }) });
  }

  async #send(message: JsonObject): Promise<void> {
    if (this.#isClosed) return;
    const bytes = encoder.encode(`${writeJson(message, this.#isPretty)}\n`.replaceAll('\n', '\r\n'));
    this.#untaken += bytes.length;
    await this.#write(bytes);
    this.#untaken -= bytes.length;
  }

  async #answer(read: Read): Promise<void> {
    const id = 'value' in read && isObject(read.value) && 'id' in read.value ? { id: read.value.id } : {};
    await this.#send({ ...(await this.#outcome(read)), ...id });
  }

  async #outcome(read: Read): Promise<JsonObject> {
    try {
      if ('wrong' in read) throw new QmpError(read.wrong);
      return { return: await this.#execute(checked(read.value)) };
    } catch (error) {
      const { message, errorClass } = error as QmpError;
      return { error: { class: errorClass, desc: message } };
    }
  }

  #execute({ name, values }: Request): Promise<unknown> | JsonObject {
    if (name === 'qmp_capabilities') return this.#negotiate(values);
    if (!this.#isNegotiated)
      throw new QmpError("Expecting capabilities negotiation with 'qmp_capabilities'", 'CommandNotFound');
    return this.#qmp.execute(name, values);
  }

  #negotiate({ enable = [] }: JsonObject): JsonObject {
    if (this.#isNegotiated)
      throw new QmpError('Capabilities negotiation is already complete, command ignored', 'CommandNotFound');
    if (!Array.isArray(enable)) throw new QmpError("Invalid parameter type for 'enable', expected: array");
    // There are none.
    if (enable.length > 0) throw new QmpError(`Parameter 'null' does not accept value '${enable[0]}'`);
    this.#isNegotiated = true;
    return {};
  }
}

interface Request {
  readonly name: string;
  readonly values: JsonObject;
}

/** A request as it must look. @throws QmpError in QEMU's words */
function checked(value: unknown): Request {
  if (!isObject(value)) throw new QmpError('QMP input must be a JSON object');
  const unknown = Object.keys(value).find((name) => !members.includes(name));
  if (unknown !== undefined) throw new QmpError(`QMP input member '${unknown}' is unexpected`);
  const { execute: name, arguments: values = {} } = value;
  if (name === undefined) throw new QmpError("QMP input lacks member 'execute'");
  if (typeof name !== 'string') throw new QmpError("QMP input member 'execute' must be a string");
  if (!isObject(values)) throw new QmpError("QMP input member 'arguments' must be an object");
  return { name, values };
}
