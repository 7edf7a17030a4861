import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { FleetError, PermanentError } from '../error.ts';
import { tellLines } from './bounded-lines.ts';
import { type ConfinedChild, type Confinement, startConfined } from './confinement.ts';
import { framesOf, ProtocolError, writeFrame } from './frames.ts';
import type { Order } from './messages.ts';
import { type Content, type Word, wordOf } from './words.ts';

/** Events under way from one process, at most; its own code has one for COM1, one for each job, and one for each viewer. */
const MOST_EVENTS = 256;
/** Milliseconds that a process which has closed its pipe may take to end by itself. */
const PATIENCE = 2000;

/** A call under way. */
interface Call<Fields = unknown> {
  readonly content: Content<Fields>;
  readonly answer: PromiseWithResolvers<Answer<Fields>>;
}

/** The answer to a call. */
export interface Answer<Fields> {
  readonly fields: Fields;
  readonly bytes: Uint8Array;
}

/** Who hears an event, and its content. */
interface Listener {
  readonly content: Content<unknown>;
  hear(fields: never, bytes: Uint8Array): unknown;
}

/** Whose process it is, and who hears what it says. */
export interface ConfinedOwner {
  readonly name: string;
  /** Bytes of its guests' memory. */
  readonly memory: number;
  /** Hears lines that it says on standard error, so many. */
  log(message: string): void;
}

/**
 * A confined process with functions that can be called. It may be anybody's by now: a message that nobody awaits, or that has something else in it than
 * it should, ends it.
 */
export class ConfinedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #orders: Writable;
  readonly #open = new Map<number, Call>();
  readonly #listeners = new Map<string, Listener>();
  /** Why it has ended; it resolves then, after what it had was removed. */
  readonly ended: Promise<Error>;
  #why: Error | undefined;
  #next = 0;
  /** Events that it has told, and whose answers it has not read. */
  #events = 0;

  private constructor({ child, orders, words, clean }: ConfinedChild, log: (message: string) => void) {
    this.#child = child;
    this.#orders = orders;
    // Orders to a process that has ended.
    orders.on('error', () => {});
    const { promise, resolve } = Promise.withResolvers<Error>();
    this.ended = promise;
    const exited = (code: number | null, signal: NodeJS.Signals | null) => {
      this.#fail(new FleetError(`its process has ended: ${signal ?? `exit code ${code}`}`));
      clean()
        // What a job has left may be such that this user cannot remove it.
        .catch((error: Error) => log(`the folder of a process that has ended stays: ${error.message}`))
        .finally(() => resolve(this.#why!));
    };
    // It may have ended as it was put into its group.
    if (child.exitCode !== null || child.signalCode !== null) exited(child.exitCode, child.signalCode);
    else child.once('exit', exited);
    void this.#read(words);
  }

  /** @throws FleetError if it cannot be confined as it should be */
  static async start(
    program: string,
    { name, memory, log }: ConfinedOwner,
    confinement: Confinement,
  ): Promise<ConfinedProcess> {
    const confined = await startConfined(program, memory, confinement);
    tellLines(confined.child.stderr!, (line) => log(`process of ${name}: ${line}`));
    return new ConfinedProcess(confined, log);
  }

  /**
   * Calls the listener at each event of this name. The process may wait until what it gives has resolved, and gets the message of its error; a
   * ProtocolError ends the process.
   */
  on<Fields>(event: string, content: Content<Fields>, hear: (fields: Fields, bytes: Uint8Array) => unknown): void {
    this.#listeners.set(event, { content, hear });
  }

  /**
   * @param content of the answer
   * @throws FleetError if the process ends before, or says so; PermanentError if it breaks the protocol
   */
  async call<Fields>(
    act: string,
    content: Content<Fields>,
    fields: object = {},
    bytes: Uint8Array = new Uint8Array(0),
  ): Promise<Answer<Fields>> {
    if (this.#why !== undefined) throw this.#why;
    const id = this.#next++;
    const answer = Promise.withResolvers<Answer<Fields>>();
    this.#open.set(id, { content, answer } as unknown as Call);
    this.#order({ call: id, act, fields }, bytes, () => {});
    return await answer.promise;
  }

  #order(head: Order, bytes: Uint8Array, taken: () => void): void {
    writeFrame(this.#orders, { head, bytes }, taken);
  }

  async #read(words: Readable): Promise<void> {
    try {
      for await (const { head, bytes } of framesOf(words, (head) => this.#most(head))) this.#hear(head as Word, bytes);
      setTimeout(() => this.#child.kill('SIGKILL'), PATIENCE).unref();
    } catch (error) {
      this.#end(error as Error);
    }
  }

  /** Ends a process with which nobody can speak any more. Errors of the pipe come with its end, which says more. */
  #end(error: Error): void {
    if (error instanceof ProtocolError) this.#fail(new PermanentError(`its process has sent ${error.message}`));
    this.#child.kill('SIGKILL');
  }

  /** It does nothing more for anybody. */
  #fail(why: Error): void {
    this.#why ??= why;
    for (const { answer } of this.#open.values()) answer.reject(this.#why);
    this.#open.clear();
  }

  /** Bytes that may come with a message. @throws ProtocolError for what is none */
  #most(head: unknown): number {
    const word = wordOf(head);
    if (word === undefined) throw new ProtocolError('what is no message');
    if ('error' in word) return 0;
    return this.#contentOf(word).most;
  }

  #contentOf(word: Exclude<Word, { error: string }>): Content<unknown> {
    const [content, name] =
      'event' in word
        ? [this.#listeners.get(word.event)?.content, `the event '${word.event}'`]
        : [this.#open.get(word.reply)?.content, 'an answer'];
    if (content === undefined) throw new ProtocolError(`${name}, which nobody awaits`);
    return content;
  }

  #hear(word: Word, bytes: Uint8Array): void {
    if ('error' in word) {
      const { answer } = this.#taken(word.reply);
      answer.reject(word.isPermanent ? new PermanentError(word.error) : new FleetError(word.error));
      return;
    }
    const { success, data: fields } = this.#contentOf(word).fields.safeParse(word.fields);
    if (!success) throw new ProtocolError('a message with something else in it than it should have');
    if ('event' in word) {
      if (++this.#events > MOST_EVENTS) throw new ProtocolError(`more than ${MOST_EVENTS} events at a time`);
      void this.#hearEvent(word, fields, bytes);
    } else this.#taken(word.reply).answer.resolve({ fields, bytes });
  }

  /** The call that is answered. */
  #taken(id: number): Call {
    const call = this.#open.get(id);
    if (call === undefined) throw new ProtocolError('an answer, which nobody awaits');
    this.#open.delete(id);
    return call;
  }

  async #hearEvent({ event, id }: { event: string; id: number }, fields: unknown, bytes: Uint8Array): Promise<void> {
    let error: object = {};
    try {
      await this.#listeners.get(event)!.hear(fields as never, bytes);
    } catch (thrown) {
      if (thrown instanceof ProtocolError) return this.#end(thrown);
      error = { error: (thrown as Error).message, isPermanent: thrown instanceof PermanentError };
    }
    // A process that reads no answers can tell no more.
    this.#order({ heard: id, ...error }, new Uint8Array(0), () => this.#events--);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
