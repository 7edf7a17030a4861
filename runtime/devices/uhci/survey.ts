import { PAGE_SHIFT } from '../../../translator/abi/page.ts';
import { Pid } from '../../usb/packets.ts';
import { Control, LIST_ENTRIES } from './registers.ts';
import { addressOf, isEnd, isQueue, type Schedule, type TransferDescriptor } from './schedule.ts';
import { type FindDevice, transferProblem } from './transfer.ts';

/** Descriptors that are looked at. A schedule with more is not worth it: its next frame is taken to have something to do. */
const MOST_LOOKED_AT = 1024;

/** A forecast of the schedule, which holds as long as the guest does not change it and no device becomes ready. */
export interface Forecast {
  /** Frames until one in which something happens, 0 being the next; null: nothing happens in any. */
  readonly frames: number | null;
  /** Numbers of the physical pages that say so: a store to one of them may change it. */
  readonly pages: ReadonlySet<number>;
}

/**
 * Looks ahead: which of the coming frames, from this one on, has something to do. `isTold`: the guest has been told that something is
 * complete, so that telling it once more is nothing new.
 */
export function forecast(
  schedule: Schedule,
  find: FindDevice,
  { list, frame, isTold }: { readonly list: number; readonly frame: number; readonly isTold: boolean },
): Forecast {
  return new Survey(schedule, find, isTold).look(list, frame);
}

class Survey {
  readonly #schedule: Schedule;
  readonly #find: FindDevice;
  readonly #isTold: boolean;
  readonly #pages = new Set<number>();
  /** Link pointers that were followed: nothing happens after them. */
  readonly #idle = new Set<number>();

  constructor(schedule: Schedule, find: FindDevice, isTold: boolean) {
    this.#schedule = schedule;
    this.#find = find;
    this.#isTold = isTold;
  }

  look(list: number, frame: number): Forecast {
    this.#pages.add(list >>> PAGE_SHIFT);
    const entries = this.#schedule.list(list);
    for (let n = 0; n < LIST_ENTRIES; n++) {
      if (entries === null || this.#leadsToWork(entries[(frame + n) % LIST_ENTRIES]!))
        return { frames: n, pages: this.#pages };
    }
    return { frames: null, pages: this.#pages };
  }

  #leadsToWork(first: number): boolean {
    let link = first;
    while (!isEnd(link) && !this.#idle.has(link)) {
      this.#idle.add(link);
      if (this.#idle.size > MOST_LOOKED_AT) return true;
      const next = isQueue(link) ? this.#afterQueue(addressOf(link)) : this.#afterTransfer(addressOf(link));
      if (next === null) return true;
      link = next;
    }
    return false;
  }

  /** The link that follows; null: something happens here. */
  #afterQueue(address: number): number | null {
    this.#pages.add(address >>> PAGE_SHIFT);
    const queue = this.#schedule.queueHead(address);
    if (queue === null) return null;
    if (isEnd(queue.element)) return queue.next;
    if (isQueue(queue.element)) return queue.element;
    return this.#afterTransfer(addressOf(queue.element)) === null ? null : queue.next;
  }

  #afterTransfer(address: number): number | null {
    this.#pages.add(address >>> PAGE_SHIFT);
    const transfer = this.#schedule.transfer(address);
    return transfer === null || this.#doesSomething(transfer) ? null : transfer.next;
  }

  /** A device that would answer NAK once more does nothing. */
  #doesSomething(transfer: TransferDescriptor): boolean {
    const { control, pid, endpoint } = transfer;
    if ((control & Control.active) === 0) return (control & Control.interrupt) !== 0 && !this.#isTold;
    if ((control & Control.nak) === 0 || (control & Control.isochronous) !== 0) return true;
    if (pid === Pid.setup || transferProblem(transfer, this.#schedule) !== null) return true;
    const device = this.#find(transfer.device);
    return device === null || !device.isBusy(endpoint, pid === Pid.in ? 'in' : 'out');
  }
}
