import { EVENT_COMMANDS } from './registers.ts';
import { type EventsState, eventsState } from './state.ts';

/** Types of events (5.2.1). */
const EventType = { error: 0, smart: 1, notice: 2 } as const;

/** An event: its type, what has happened, and the log that has more. */
interface Event {
  readonly type: number;
  readonly information: number;
  readonly log: number;
}

/** Events of this controller, by their bits in the state. */
const events: readonly Event[] = [
  { type: EventType.error, information: 0, log: 1 },
  { type: EventType.error, information: 1, log: 1 },
  { type: EventType.smart, information: 1, log: 2 },
  { type: EventType.notice, information: 0, log: 4 },
];
export const Happened = { noSuchDoorbell: 0, wrongDoorbell: 1, tooWarm: 2, namespaceChanged: 3 } as const;
export type Happened = (typeof Happened)[keyof typeof Happened];

/** Asynchronous events, and the commands that wait for them. */
export class Events {
  readonly #state: EventsState;
  readonly #complete: (id: number, result: number) => boolean;

  /** `complete` ends a command of the administrator, or says that there is no room for that. */
  constructor(state: EventsState, complete: (id: number, result: number) => boolean) {
    this.#state = state;
    this.#complete = complete;
  }

  reset(): void {
    Object.assign(this.#state, eventsState.create());
  }

  /** A command that waits for an event. False: as many as there may be wait already. */
  wait(id: number): boolean {
    const state = this.#state;
    if (state.count === EVENT_COMMANDS) return false;
    state.waiting[state.count++] = id;
    return true;
  }

  tell(event: Happened): void {
    this.#state.pending |= 1 << event;
    this.advance();
  }

  /** Tells it only to those who wait already. */
  tellIfAwaited(event: Happened): void {
    if (this.#state.count > 0) this.tell(event);
  }

  /** A log was read: what it is about is told again from now on. */
  logRead(log: number): void {
    for (const event of events) if (event.log === log) this.#state.masked &= ~(1 << event.type);
    this.advance();
  }

  /** Tells what has happened to those that wait. */
  advance(): void {
    const state = this.#state;
    for (const [bit, { type, information, log }] of events.entries()) {
      const isToBeTold = (state.pending & (1 << bit)) !== 0 && (state.masked & (1 << type)) === 0;
      if (!isToBeTold || state.count === 0) continue;
      if (!this.#complete(state.waiting[0]!, type | (information << 8) | (log << 16))) return;
      state.waiting = [...state.waiting.slice(1), 0];
      state.count--;
      state.pending &= ~(1 << bit);
      state.masked |= 1 << type;
    }
  }
}
