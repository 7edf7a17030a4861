import { isQuestion, type QuestionName, takes } from '../../runtime/debug/questions.ts';
import { messageOf } from '../util/errors.ts';
import type { Inspected } from './inspected.ts';

/** A request through the inspector's socket: a JSON text a line each way. */
export interface RemoteRequest {
  readonly id: number;
  /** A question (runtime/debug/questions.ts), or what is asked of the machine's thread. */
  readonly ask: QuestionName | ProbeName;
  readonly args: readonly unknown[];
}

export type ProbeName = 'startProfile' | 'stopProfile' | 'heap';

export type RemoteReply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string };

/** Microseconds between two samples: more often than this a profile would slow the machine down. */
const SHORTEST_INTERVAL = 100;
const LONGEST_INTERVAL = 1e6;
/** Profiles that one inspector may take at a time. */
const MOST_PROFILES = 2;

/** Questions to the machine's thread, and checks of their arguments. */
const probes: Readonly<Record<ProbeName, (args: readonly unknown[]) => boolean>> = {
  startProfile: ([interval]) => {
    return typeof interval === 'number' && interval >= SHORTEST_INTERVAL && interval <= LONGEST_INTERVAL;
  },
  stopProfile: ([number]) => typeof number === 'number',
  heap: () => true,
};

function isProbe(name: unknown): name is ProbeName {
  return typeof name === 'string' && Object.hasOwn(probes, name);
}

/** The request that a line is; null if it is none: who writes that is no inspector. */
export function parseRequest(line: string): RemoteRequest | null {
  try {
    const { id, ask, args } = JSON.parse(line) as Record<string, unknown>;
    if (typeof id !== 'number' || !Array.isArray(args)) return null;
    return isQuestion(ask) || isProbe(ask) ? { id, ask, args } : null;
  } catch {
    return null;
  }
}

/** The reply that a line is; null if it is none: who writes that is no machine. */
export function parseReply(line: string): RemoteReply | null {
  try {
    const reply = JSON.parse(line) as Record<string, unknown>;
    if (typeof reply.id !== 'number') return null;
    return 'answer' in reply || typeof reply.error === 'string' ? (reply as RemoteReply) : null;
  } catch {
    return null;
  }
}

/** One inspector at a machine: what it leaves running ends with it, when it has no request under way any more. */
export class RemoteSession {
  readonly #machine: Inspected;
  #watches = 0;
  readonly #profiles = new Set<unknown>();
  /** Profiles that are about to be taken. */
  #starting = 0;

  constructor(machine: Inspected) {
    this.#machine = machine;
  }

  async reply({ id, ask, args }: RemoteRequest): Promise<RemoteReply> {
    try {
      return { id, answer: (await this.#answer(ask, args)) ?? null };
    } catch (error) {
      return { id, error: messageOf(error) };
    }
  }

  /** The inspector is gone. */
  async close(): Promise<void> {
    const { ask, probe } = this.#machine;
    const watches = Array.from({ length: this.#watches }, () => ask('watch', false));
    const profiles = [...this.#profiles].map((number) => probe.stopProfile(number as number));
    // A machine that has ended has nothing left to undo.
    await Promise.allSettled([...watches, ...profiles]);
  }

  async #answer(name: RemoteRequest['ask'], args: readonly unknown[]): Promise<unknown> {
    const fits = isQuestion(name) ? takes(name, args) : probes[name](args);
    if (!fits) throw new Error(`${name} is not asked like this`);
    const [first] = args;
    if (name === 'watch' && first === false && this.#watches === 0) throw new Error('this inspector does not watch');
    if (name === 'stopProfile' && !this.#profiles.has(first)) throw new Error('no such profile is being taken');
    if (name === 'startProfile') return this.#startProfile(args);
    const answer = await this.#forward(name, args);
    if (name === 'watch') this.#watches += first === true ? 1 : -1;
    if (name === 'stopProfile') this.#profiles.delete(first);
    return answer;
  }

  async #startProfile(args: readonly unknown[]): Promise<unknown> {
    if (this.#profiles.size + this.#starting >= MOST_PROFILES) throw new Error('too many profiles are being taken');
    this.#starting++;
    try {
      const number = await this.#forward('startProfile', args);
      this.#profiles.add(number);
      return number;
    } finally {
      this.#starting--;
    }
  }

  #forward(name: RemoteRequest['ask'], args: readonly unknown[]): Promise<unknown> {
    const { ask, probe } = this.#machine;
    if (isQuestion(name)) return (ask as (...all: unknown[]) => Promise<unknown>)(name, ...args);
    return (probe[name] as (...all: unknown[]) => Promise<unknown>)(...args);
  }
}
