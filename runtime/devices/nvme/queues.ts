import type { BusMemory } from '../../memory/bus-memory.ts';
import { COMMAND_BYTES, Command } from './command.ts';
import { Code, QUEUES } from './registers.ts';
import { type CompletionState, FREE, type QueuesState, queuesState, type SubmissionState } from './state.ts';

const COMPLETION_BYTES = 16;
/** A completion (4.6): result, head of the queue, queue, number, status with the phase tag in bit 0. */
const At = { result: 0, head: 8, queue: 10, id: 12, status: 14 } as const;

/** A command that was taken. */
export class Taken {
  readonly queue: number;
  readonly command: Command;
  /** Derived: its place in the state is free, as its queue is gone. What is under way for it still ends, without effect on memory. */
  isAbandoned = false;

  constructor(queue: number, bytes: Uint8Array) {
    this.queue = queue;
    this.command = new Command(bytes);
  }
}

/** The parts of the controller that queues need. */
export interface QueuesSide {
  readonly memory: BusMemory;
  /** Whether the controller works, and may reach memory. */
  isRunning(): boolean;
  /** Does a command: `end` is called for it, at once or later. */
  execute(taken: Taken): void;
  /** There is a completion in a queue with interrupts. */
  interrupt(vector: number): void;
  /** A doorbell or a completion: interrupt levels may be others. */
  changed(): void;
  /** Memory of a queue is not there: nothing works any more. */
  fail(what: string, value: number): void;
}

/** All queues, and the commands that were taken from them. */
export class Queues {
  readonly #state: QueuesState;
  readonly #side: QueuesSide;
  /** Derived: what is at the places of commands that are under way. */
  readonly #taken: (Taken | null)[];
  /** Derived: commands are being taken, by a caller of this one. */
  #isAdvancing = false;
  readonly #entry = new Uint8Array(COMPLETION_BYTES);
  readonly #view = new DataView(this.#entry.buffer);

  constructor(state: QueuesState, side: QueuesSide) {
    this.#state = state;
    this.#side = side;
    this.#taken = state.underWay.map(() => null);
  }

  reset(): void {
    Object.assign(this.#state, queuesState.create());
    this.#taken.fill(null);
  }

  /** Nothing that is under way ends any more. */
  forget(): void {
    this.#taken.fill(null);
    for (const place of this.#state.underWay) place.queue = FREE;
  }

  /** The queue, if there is one. */
  submission(number: number): SubmissionState | undefined {
    const queue = this.#state.submissions[number];
    return queue === undefined || queue.entries === 0 ? undefined : queue;
  }

  completion(number: number): CompletionState | undefined {
    const queue = this.#state.completions[number];
    return queue === undefined || queue.entries === 0 ? undefined : queue;
  }

  get hasIoQueues(): boolean {
    const { submissions, completions } = this.#state;
    return [submissions, completions].some((queues) => queues.some(({ entries }, n) => n > 0 && entries > 0));
  }

  createSubmission(number: number, queue: Pick<SubmissionState, 'entries' | 'address' | 'completion'>): void {
    Object.assign(this.#state.submissions[number], queue, { head: 0, tail: 0 });
  }

  createCompletion(
    number: number,
    queue: Pick<CompletionState, 'entries' | 'address' | 'interrupts' | 'vector'>,
  ): void {
    Object.assign(this.#state.completions[number], queue, { head: 0, tail: 0, phase: 1 });
  }

  /** Deletes a submission queue. Commands that were taken from it and are not done yet complete as aborted. */
  deleteSubmission(number: number): void {
    for (const [place, taken] of this.#taken.entries()) {
      if (taken === null || taken.queue !== number || taken.isAbandoned) continue;
      this.complete(number, taken.command.id, Code.abortedWithQueue, 0);
      // It keeps its place, so that a driver cannot have any number of requests at the host.
      taken.isAbandoned = true;
      this.#state.underWay[place].queue = FREE;
    }
    this.#state.submissions[number].entries = 0;
  }

  deleteCompletion(number: number): void {
    this.#state.completions[number].entries = 0;
    this.#side.changed();
  }

  /** Whether a submission queue's completions go there. */
  isUsed(completion: number): boolean {
    return this.#state.submissions.some((queue) => queue.entries > 0 && queue.completion === completion);
  }

  /** The driver has written a doorbell: false where it is no place in the queue. */
  setTail(queue: SubmissionState, tail: number): boolean {
    if (tail >= queue.entries) return false;
    queue.tail = tail;
    this.advance();
    return true;
  }

  setHead(queue: CompletionState, head: number): boolean {
    if (head >= queue.entries) return false;
    queue.head = head;
    this.#side.changed();
    // What has waited for room goes on.
    this.advance();
    return true;
  }

  /** Vectors, as bits modulo 32, of queues with completions that the driver has not taken. */
  get interrupting(): number {
    let bits = 0;
    for (const { entries, head, tail, interrupts, vector } of this.#state.completions)
      if (entries > 0 && interrupts && head !== tail) bits |= 1 << vector;
    return bits >>> 0;
  }

  /** Takes commands, one of each queue in turn, while there is room for them and for their completions. */
  advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    this.#takeAll();
    this.#isAdvancing = false;
  }

  #takeAll(): void {
    const state = this.#state;
    for (let idle = 0; idle < QUEUES && this.#side.isRunning(); ) {
      const place = this.#taken.indexOf(null);
      if (place < 0) return;
      const number = state.turn;
      state.turn = (number + 1) % QUEUES;
      if (this.#mayTake(number)) {
        this.#take(number, place);
        idle = 0;
      } else idle++;
    }
  }

  #mayTake(number: number): boolean {
    const { entries, head, tail, completion } = this.#state.submissions[number];
    return entries > 0 && head !== tail && this.hasRoom(completion);
  }

  /** Whether a completion queue has an entry that no command which is under way will need. */
  hasRoom(completion: number): boolean {
    const queue = this.completion(completion);
    if (queue === undefined) return false;
    const { entries, head, tail } = queue;
    let room = (head - tail - 1 + entries) % entries;
    for (const taken of this.#taken)
      if (taken !== null && !taken.isAbandoned && this.#state.submissions[taken.queue].completion === completion)
        room--;
    return room > 0;
  }

  #take(number: number, place: number): void {
    const queue = this.#state.submissions[number];
    const address = queue.address + queue.head * COMMAND_BYTES;
    if (!this.#side.memory.has(address, COMMAND_BYTES)) {
      this.#side.fail('a submission queue is beyond memory, at', address);
      return;
    }
    const slot = this.#state.underWay[place];
    this.#side.memory.read(address, slot.command);
    queue.head = (queue.head + 1) % queue.entries;
    slot.queue = number;
    this.#begin(place);
  }

  #begin(place: number): void {
    const { queue, command } = this.#state.underWay[place];
    const taken = new Taken(queue, command.slice());
    this.#taken[place] = taken;
    this.#side.execute(taken);
  }

  /** Restarts the commands that a loaded state has in progress: those who executed them know nothing of them. */
  restart(): void {
    const state = this.#state;
    this.#taken.fill(null);
    state.turn %= QUEUES;
    for (const [place, slot] of state.underWay.entries()) {
      const queue = this.submission(slot.queue);
      // A state that somebody has made up may have commands of no queue.
      if (queue !== undefined && this.completion(queue.completion) !== undefined) this.#begin(place);
      else slot.queue = FREE;
    }
  }

  /** A command has ended, or it waits elsewhere from now on: null. */
  end(taken: Taken, status: number | null, result = 0): void {
    const place = this.#taken.indexOf(taken);
    if (place < 0) return;
    this.#taken[place] = null;
    if (taken.isAbandoned) return;
    this.#state.underWay[place].queue = FREE;
    if (status !== null) this.complete(taken.queue, taken.command.id, status, result);
  }

  /** Puts a completion into the queue for it, which has room. */
  complete(number: number, id: number, status: number, result: number): void {
    const submission = this.#state.submissions[number];
    const queue = this.#state.completions[submission.completion];
    const address = queue.address + queue.tail * COMPLETION_BYTES;
    const { memory, fail, interrupt, changed } = this.#side;
    if (!memory.has(address, COMPLETION_BYTES)) {
      fail('a completion queue is beyond memory, at', address);
      return;
    }
    this.#view.setUint32(At.result, result, true);
    this.#view.setUint16(At.head, submission.head, true);
    this.#view.setUint16(At.queue, number, true);
    this.#view.setUint16(At.id, id, true);
    this.#view.setUint16(At.status, (status << 1) | queue.phase, true);
    memory.write(address, this.#entry);
    queue.tail = (queue.tail + 1) % queue.entries;
    if (queue.tail === 0) queue.phase ^= 1;
    if (queue.interrupts) interrupt(queue.vector);
    changed();
  }
}
