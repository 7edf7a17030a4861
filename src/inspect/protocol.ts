import { isQuestion, type QuestionName } from '../../runtime/debug/questions.ts';
import { messageOf } from '../errors.ts';
import type { Inspected } from './inspected.ts';

/** What crosses the inspector's socket: a JSON text a line each way. */
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

const probeNames: readonly unknown[] = ['startProfile', 'stopProfile', 'heap'] satisfies ProbeName[];

/** The request that a line is; null if it is none: who writes that is no inspector. */
export function parseRequest(line: string): RemoteRequest | null {
  try {
    const { id, ask, args } = JSON.parse(line) as Record<string, unknown>;
    if (typeof id !== 'number' || !Array.isArray(args)) return null;
    return isQuestion(ask) || probeNames.includes(ask) ? ({ id, ask, args } as RemoteRequest) : null;
  } catch {
    return null;
  }
}

/** One inspector at a machine: what it leaves running ends with it. */
export class RemoteSession {
  readonly #machine: Inspected;
  #watches = 0;
  #profiles = false;

  constructor(machine: Inspected) {
    this.#machine = machine;
  }

  async reply({ id, ask, args }: RemoteRequest): Promise<RemoteReply> {
    try {
      return { id, answer: (await this.#ask(ask, args)) ?? null };
    } catch (error) {
      return { id, error: messageOf(error) };
    }
  }

  /** The inspector is gone. */
  async close(): Promise<void> {
    const { ask, probe } = this.#machine;
    const undone = Array.from({ length: this.#watches }, () => ask('watch', false));
    // A machine that has ended has nothing left to undo.
    await Promise.allSettled([...undone, ...(this.#profiles ? [probe.stopProfile()] : [])]);
  }

  async #ask(name: RemoteRequest['ask'], args: readonly unknown[]): Promise<unknown> {
    const { ask, probe } = this.#machine;
    if (isQuestion(name)) {
      const answer = await (ask as (...all: unknown[]) => Promise<unknown>)(name, ...args);
      if (name === 'watch') this.#watches += args[0] === true ? 1 : -1;
      return answer;
    }
    const answer = await (probe[name] as (...all: unknown[]) => Promise<unknown>)(...args);
    if (name !== 'heap') this.#profiles = name === 'startProfile';
    return answer;
  }
}
