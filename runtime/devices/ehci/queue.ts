import { PAGE_BYTES } from '../../../translator/abi/page.ts';
import type { UsbDevice } from '../../usb/device.ts';
import { NO_DATA } from '../../usb/packets.ts';
import {
  addressOf,
  isEnd,
  PAGES,
  Pid,
  Queue,
  type Schedule,
  TOGGLE_CONTROL,
  Token,
  TRANSFER_WORDS,
} from './schedule.ts';

/** The result of working on a queue: bytes moved, and events that the guest has to see. */
export interface QueueResult {
  hasMoved: boolean;
  bytes: number;
  completed: boolean;
  error: boolean;
  /** There is no memory. */
  lost: boolean;
}

/** The device at an address that packets reach now; null: there is none. */
export type FindDevice = (address: number) => UsbDevice | null;

/** Transfers and bytes of a queue that are done before the next one has its turn. */
const [MOST_TRANSFERS, MOST_BYTES] = [32, 128 << 10];

type Exchanged = number | 'nak' | 'stall' | 'babble' | 'buffer';

/** A queue head with its transfers (4.10). */
export class QueueRun {
  readonly result: QueueResult = { hasMoved: false, bytes: 0, completed: false, error: false, lost: false };
  readonly #schedule: Schedule;
  readonly #address: number;
  readonly #queue: Uint32Array;
  readonly #find: FindDevice;

  constructor(schedule: Schedule, address: number, queue: Uint32Array, find: FindDevice) {
    this.#schedule = schedule;
    this.#address = address;
    this.#queue = queue;
    this.#find = find;
  }

  run(): QueueResult {
    const { result } = this;
    for (let n = 0; n < MOST_TRANSFERS && result.bytes < MOST_BYTES; n++) {
      if (!this.#isActive && !this.#advance()) break;
      if (!this.#execute()) break;
    }
    return result;
  }

  get #token(): number {
    return this.#queue[Queue.token]!;
  }

  get #isActive(): boolean {
    return (this.#token & Token.active) !== 0;
  }

  /** Lays the next transfer over the queue head (4.10.2): after a short packet the alternate one. */
  #advance(): boolean {
    const queue = this.#queue;
    if ((this.#token & Token.halted) !== 0) return false;
    const isShort = bytesOf(this.#token) > 0 && !isEnd(queue[Queue.alternate]!);
    const link = queue[isShort ? Queue.alternate : Queue.next]!;
    if (isEnd(link)) return false;
    const transfer = this.#schedule.read(addressOf(link), TRANSFER_WORDS);
    if (transfer === null) {
      this.result.lost = true;
      return false;
    }
    if ((transfer[2]! & Token.active) === 0) return false;
    const toggle = (queue[Queue.device]! & TOGGLE_CONTROL) === 0 ? this.#token & Token.toggle : null;
    queue[Queue.current] = addressOf(link);
    queue.set(transfer.subarray(0, 2 + 1 + PAGES), Queue.next);
    if (toggle !== null) queue[Queue.token] = (queue[Queue.token]! & ~Token.toggle) | toggle;
    return true;
  }

  /** Packet by packet; whether the queue goes on. */
  #execute(): boolean {
    const [device, what] = [this.#queue[Queue.device]!, this.#token];
    const found = this.#find(device & 0x7f);
    const packet = (device >>> 16) & 0x7ff;
    // Packets without room move nothing, for ever.
    if (found === null || packet === 0) return this.#fail(Token.transaction);
    const endpoint = (device >>> 8) & 0xf;
    const pid = (what >>> Token.pidShift) & Token.pidMask;
    let isLast = false;
    while (!isLast) {
      const wanted = Math.min(packet, bytesOf(this.#token));
      const moved = this.#exchange(found, endpoint, pid, wanted);
      if (moved === 'nak') {
        this.#schedule.writeOverlay(this.#address, this.#queue);
        return false;
      }
      if (typeof moved !== 'number') return this.#fail(errors[moved]);
      this.#account(moved);
      isLast = moved < packet || bytesOf(this.#token) === 0;
    }
    this.#complete(pid === Pid.in && bytesOf(this.#token) > 0);
    return true;
  }

  #exchange(device: UsbDevice, endpoint: number, pid: number, length: number): Exchanged {
    if (pid === Pid.in) {
      const answer = device.in(endpoint);
      if (typeof answer === 'string') return answer;
      if (answer.length > length) return 'babble';
      return this.#move(answer, true) ? answer.length : 'buffer';
    }
    const bytes = length === 0 ? NO_DATA : new Uint8Array(length);
    if (!this.#move(bytes, false)) return 'buffer';
    if (pid === Pid.out) {
      const answer = device.out(endpoint, bytes);
      return answer === 'ack' ? length : answer;
    }
    if (endpoint !== 0) return 'stall';
    device.setup(bytes);
    return length;
  }

  /** Moves a packet from or to where the buffers are now. False: they end before it. */
  #move(bytes: Uint8Array, isIn: boolean): boolean {
    const { memory } = this.#schedule;
    let [page, offset] = this.#place;
    for (let done = 0; done < bytes.length; ) {
      if (page >= PAGES) return false;
      const count = Math.min(bytes.length - done, PAGE_BYTES - offset);
      const address = ((this.#queue[Queue.buffers + page]! & -PAGE_BYTES) >>> 0) + offset;
      const part = bytes.subarray(done, done + count);
      if (isIn) memory.write(address, part);
      else memory.read(address, part);
      done += count;
      page++;
      offset = 0;
    }
    return true;
  }

  get #place(): [page: number, offset: number] {
    const page = (this.#token >>> Token.pageShift) & Token.pageMask;
    return [page, this.#queue[Queue.buffers]! & (PAGE_BYTES - 1)];
  }

  /** Notes how far the transfer has come. */
  #account(moved: number): void {
    const [page, offset] = this.#place;
    const end = offset + moved;
    const queue = this.#queue;
    const others = (Token.bytesMask << Token.bytesShift) | (Token.pageMask << Token.pageShift);
    const pages = Math.min(Token.pageMask, page + Math.floor(end / PAGE_BYTES));
    const left = bytesOf(this.#token) - moved;
    const token = (this.#token & ~others) | (left << Token.bytesShift) | (pages << Token.pageShift);
    queue[Queue.token] = token ^ Token.toggle;
    queue[Queue.buffers] = (queue[Queue.buffers]! & -PAGE_BYTES) | (end % PAGE_BYTES);
    this.result.bytes += moved;
  }

  #complete(isShort: boolean): void {
    this.#retire(this.#token & ~Token.active);
    if (isShort || (this.#token & Token.interrupt) !== 0) this.result.completed = true;
  }

  #fail(why: number): false {
    this.#retire((this.#token & ~Token.active) | Token.halted | why);
    this.result.error = true;
    if ((this.#token & Token.interrupt) !== 0) this.result.completed = true;
    return false;
  }

  #retire(token: number): void {
    const queue = this.#queue;
    queue[Queue.token] = token;
    this.#schedule.writeOverlay(this.#address, queue);
    this.#schedule.writeToken(queue[Queue.current]!, queue[Queue.token]!);
    this.result.hasMoved = true;
  }
}

const errors = { stall: 0, babble: Token.babble, buffer: Token.bufferError } as const;
const bytesOf = (token: number): number => (token >>> Token.bytesShift) & Token.bytesMask;
