import { Control, Link } from './registers.ts';
import { addressOf, isEnd, isQueue, type Schedule, type TransferDescriptor } from './schedule.ts';
import { execute, type FindDevice, type TransferOutcome } from './transfer.ts';

/** The events of a frame. */
export interface FrameResult {
  completed: boolean;
  shortPacket: boolean;
  error: boolean;
  /** Why the controller has to stop. */
  fatal: 'system' | 'process' | null;
}

/** Descriptors that are looked at, and bytes that are moved, in a frame. A real bus moves 1500 bytes: this one is faster. */
const [MOST_STEPS, MOST_BYTES] = [1024, 16 << 10];

/** Goes through the schedule of one frame (3.4.2, "USB Schedule Control"). A guest may have made any loop of it. */
export class Frame {
  readonly result: FrameResult = { completed: false, shortPacket: false, error: false, fatal: null };
  readonly #schedule: Schedule;
  readonly #find: FindDevice;
  /** Queues that were seen since something was last done: a loop back to one of them has nothing more to do. */
  readonly #seen = new Set<number>();
  /** Derived, of this frame alone: how much it may still do. */
  #steps = MOST_STEPS;
  /** Derived. */
  #bytes = MOST_BYTES;

  constructor(schedule: Schedule, find: FindDevice) {
    this.#schedule = schedule;
    this.#find = find;
  }

  /** From an entry of the frame list on; null: there is none. */
  run(entry: number | null): void {
    let link = entry ?? this.#stop('system');
    while (!isEnd(link) && this.#goesOn())
      link = isQueue(link) ? this.#queue(addressOf(link)) : this.#single(addressOf(link));
  }

  #goesOn(): boolean {
    return this.#steps-- > 0 && this.#bytes > 0;
  }

  #stop(fatal: 'system' | 'process'): number {
    this.result.fatal = fatal;
    return Link.end;
  }

  /** The link to what comes next. */
  #queue(address: number): number {
    const head = this.#schedule.queueHead(address);
    if (head === null) return this.#stop('system');
    if (this.#seen.has(address)) return Link.end;
    this.#seen.add(address);
    const { next, element } = head;
    if (isEnd(element)) return next;
    if (isQueue(element)) return element;
    this.#elements(address, element);
    return this.result.fatal === null ? next : Link.end;
  }

  /** One element of a queue, or several while each says that the next one is to follow at once. */
  #elements(queue: number, first: number): void {
    let link = first;
    do {
      const transfer = this.#schedule.transfer(addressOf(link));
      const isDone = this.#execute(transfer);
      if (!isDone) return;
      link = transfer!.next;
      this.#schedule.setElement(queue, link);
    } while ((link & Link.depthFirst) !== 0 && !isEnd(link) && !isQueue(link) && this.#goesOn());
  }

  /** A descriptor in no queue: the next one follows whatever became of it. */
  #single(address: number): number {
    const transfer = this.#schedule.transfer(address);
    this.#execute(transfer);
    return this.result.fatal === null ? transfer!.next : Link.end;
  }

  /** Whether its queue goes on after it. */
  #execute(transfer: TransferDescriptor | null): boolean {
    if (transfer === null) {
      this.#stop('system');
      return false;
    }
    const isActive = (transfer.control & Control.active) !== 0;
    const outcome = isActive ? execute(this.#schedule, transfer, this.#find) : null;
    const { result } = this;
    // One that is not active interrupts too (3.2.2, "Interrupt on Complete").
    if ((outcome === null || outcome.isRetired) && (transfer.control & Control.interrupt) !== 0)
      result.completed = true;
    if (outcome !== null) this.#note(outcome);
    return outcome?.result === 'done';
  }

  #note({ result, isRetired, bytes, isShort, isError }: TransferOutcome): void {
    if (result === 'system' || result === 'process') this.#stop(result);
    if (isShort === true) this.result.shortPacket = true;
    if (isError === true) this.result.error = true;
    if (isRetired) this.#seen.clear();
    this.#bytes -= bytes;
  }
}
