import type { ChildProcess } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { FleetError, PermanentError } from '../error.ts';
import { tellLines } from './bounded-lines.ts';
import { type ConfinedChild, type Confinement, startConfined } from './confinement.ts';

/** A function of a confined process that is called, and how it has ended. */
interface Call {
  readonly id: number;
  readonly act: string;
  readonly args: readonly unknown[];
}
type Reply = { readonly id: number } & (
  | { readonly value: unknown }
  | { readonly error: string; readonly isPermanent: boolean }
);
/** Something that a confined process tells by itself. */
interface Told {
  readonly event: string;
  /** The answer names it. */
  readonly id: number;
  readonly args: readonly unknown[];
}
/** The message that output was taken, so that more may follow. */
interface Heard {
  readonly heard: number;
}

/** Characters of a text that is heard, at most. */
const MOST_TEXT = 10_000;

/** Kinds of what an event has with it, by their names. */
const kinds = {
  text: (value: unknown): value is string => typeof value === 'string' && value.length <= MOST_TEXT,
  number: (value: unknown): value is number => typeof value === 'number',
  bytes: (value: unknown): value is Uint8Array => value instanceof Uint8Array,
};
type Kind = keyof typeof kinds;
type OfKind<Name> = Name extends 'text' ? string : Name extends 'number' ? number : Uint8Array;
type OfKinds<Names extends readonly Kind[]> = { [N in keyof Names]: OfKind<Names[N]> };

/** Who hears an event, and what it has with it. */
interface Listener {
  readonly kinds: readonly Kind[];
  hear(...args: never[]): unknown;
}

/** Whose process it is, and who hears what it says. */
export interface ConfinedOwner {
  readonly name: string;
  /** Bytes of its guests' memory. */
  readonly memory: number;
  /** Hears lines that it says on standard error, so many. */
  log(message: string): void;
}

/** A confined process with functions that can be called. */
export class ConfinedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  readonly #listeners = new Map<string, Listener>();
  /** Why it has ended; it resolves then, after what it had was removed. */
  readonly ended: Promise<string>;
  #why: string | undefined;
  #next = 0;

  private constructor({ child, clean }: ConfinedChild, log: (message: string) => void) {
    this.#child = child;
    child.on('message', (message: unknown) => this.#hear(message));
    const { promise, resolve } = Promise.withResolvers<string>();
    const end = (why: string) => {
      this.#why ??= why;
      for (const { reject } of this.#open.values()) reject(new FleetError(why));
      this.#open.clear();
      clean()
        // What a job has left may be such that this user cannot remove it.
        .catch((error: Error) => log(`the folder of a process that has ended stays: ${error.message}`))
        .finally(() => resolve(why));
    };
    const exited = (code: number | null, signal: NodeJS.Signals | null) =>
      end(`its process has ended: ${signal ?? `exit code ${code}`}`);
    // It may have ended as it was put into its group.
    if (child.exitCode !== null || child.signalCode !== null) exited(child.exitCode, child.signalCode);
    else child.once('exit', exited);
    this.ended = promise;
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
   * Calls the listener at each event of this name. The process may wait until what it gives has resolved.
   * @param kinds of what comes with the event; one that has something else with it is not heard
   */
  on<const Names extends readonly Kind[]>(
    event: string,
    kinds: Names,
    hear: (...args: OfKinds<Names>) => unknown,
  ): void {
    this.#listeners.set(event, { kinds, hear });
  }

  /** @throws FleetError if the process ends before, or says so */
  async call<Value>(act: string, ...args: readonly unknown[]): Promise<Value> {
    if (this.#why !== undefined) throw new FleetError(this.#why);
    const id = this.#next++;
    const call: Call = { id, act, args };
    const answer = Promise.withResolvers<unknown>();
    this.#open.set(id, answer);
    this.#child.send(call, (error) => {
      if (error) answer.reject(new FleetError(`its process does not hear: ${error.message}`));
    });
    return (await answer.promise) as Value;
  }

  #hear(message: unknown): void {
    // A job can send what it likes.
    if (!isSaid(message)) return;
    if ('event' in message) return void this.#hearEvent(message);
    const answer = this.#open.get(message.id);
    this.#open.delete(message.id);
    if ('error' in message)
      answer?.reject(message.isPermanent === true ? new PermanentError(message.error) : new FleetError(message.error));
    else answer?.resolve(message.value);
  }

  async #hearEvent({ event, id, args }: Told): Promise<void> {
    try {
      const listener = this.#listeners.get(event);
      if (listener?.kinds.every((kind, n) => kinds[kind](args[n]))) await listener.hear(...(args as never[]));
    } catch {}
    this.#child.send({ heard: id } satisfies Heard, () => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}

function isSaid(message: unknown): message is Reply | Told {
  if (typeof message !== 'object' || message === null) return false;
  const { id, event, args, error } = message as Readonly<Record<string, unknown>>;
  if (event !== undefined) return typeof event === 'string' && Array.isArray(args);
  return typeof id === 'number' && (!('error' in message) || typeof error === 'string');
}

/** Ends the process when its parent has ended. */
const WATCH = `const { kill, pid, ppid } = process;
setInterval(() => process.ppid === ppid || kill(pid, 'SIGKILL'), 1000);`;

/** In the confined process: answers calls. Gives a function that tells something, and resolves when that has been dealt with. */
export function answerCalls(
  functions: Readonly<Record<string, (...args: never[]) => unknown>>,
): (event: string, ...args: readonly unknown[]) => Promise<void> {
  const send = (message: Reply | Told) => void process.send!(message, undefined, {}, () => {});
  const told = new Map<number, () => void>();
  let next = 0;
  process.on('message', async (message: Call | Heard) => {
    if ('heard' in message) {
      told.get(message.heard)?.();
      return void told.delete(message.heard);
    }
    const { id, act, args } = message;
    try {
      send({ id, value: await functions[act]!(...(args as never[])) });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      send({ id, error: message, isPermanent: error instanceof PermanentError });
    }
  });
  // Whoever started it has ended; a thread looks, too, as what runs here may never come back.
  process.on('disconnect', () => process.exit());
  new Worker(WATCH, { eval: true }).unref();
  return (event, ...args) =>
    new Promise((resolve) => {
      const id = next++;
      told.set(id, resolve);
      send({ event, id, args });
    });
}
