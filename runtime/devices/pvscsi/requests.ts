import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { longAt } from '../../memory/long.ts';
import { ScatteredMemory, type Segment } from '../../memory/scattered.ts';
import type { ScsiMemory, ScsiOutcome, ScsiTarget } from '../../scsi/target.ts';
import { Completion, Element, HostStatus, Request, RequestFlag } from './registers.ts';
import type { Rings } from './rings.ts';
import { FREE, MOST_UNDER_WAY, type RequestsState } from './state.ts';

/** Pieces of memory of a request at most: those of 16 MB in single pages. */
const MOST_SEGMENTS = 4096;

/** Elements of a list that are read at once. */
const ELEMENTS_AT_ONCE = 32;
/** Elements of all requests that are taken at a time: no driver uses as many, and a thousand requests could have more. */
const MOST_ELEMENTS = MOST_SEGMENTS * MOST_UNDER_WAY;

/** A request that was taken from its ring. */
interface Taken {
  readonly descriptor: DataView;
  readonly target: ScsiTarget;
  /** The driver has its completion. Reads and writes of the medium that are under way still end, without effect on memory. */
  isAbandoned: boolean;
}

export interface RequestsOptions {
  readonly state: RequestsState;
  readonly rings: Rings;
  readonly memory: BusMemory;
  readonly targets: readonly ScsiTarget[];
  readonly guestError: ReportGuestError;
  /** Whether the adapter may reach memory. */
  isRunning(): boolean;
  /** There are new completions. */
  completed(): void;
}

const untouched = { status: 0, sense: null, moved: 0 } as const;

/** The requests that a driver has put into the ring: what takes them, has their targets execute them, and completes them. */
export class Requests {
  readonly #options: RequestsOptions;
  /** Derived: what is at the places of requests that are under way. */
  readonly #taken: (Taken | null)[];
  /** Derived, as it lasts no longer than a call: requests are being taken. */
  #isTaking = false;
  /** Derived, as it lasts no longer than a call: elements that lists may still have. */
  #elementsLeft = 0;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#taken = options.state.underWay.map(() => null);
  }

  /** Takes requests, as long as there are some, and places for them. A ring is not taken more than once round. */
  take(): void {
    const { rings, guestError } = this.#options;
    if (this.#isTaking || !rings.areThere || !this.#options.isRunning()) return;
    if (rings.waiting > rings.entries) guestError('pvscsi: more requests than the ring holds,', rings.waiting);
    this.#isTaking = true;
    this.#elementsLeft = MOST_ELEMENTS;
    for (let left = Math.min(rings.waiting, rings.entries); left > 0 && this.#freePlace >= 0; left--)
      this.#begin(rings.take());
    this.#isTaking = false;
  }

  get #freePlace(): number {
    return this.#taken.indexOf(null);
  }

  #begin(bytes: Uint8Array): void {
    const descriptor = new DataView(bytes.buffer);
    const target = this.#targetOf(descriptor);
    if (target === undefined) this.#complete(descriptor, untouched, HostStatus.selectionTimeout);
    else {
      const place = this.#freePlace;
      const underWay = this.#options.state.underWay[place];
      underWay.target = target.id;
      underWay.descriptor.set(bytes);
      this.#execute(place, { descriptor, target, isAbandoned: false });
    }
  }

  /** Only unit 0 of a target is there. */
  #targetOf(descriptor: DataView): ScsiTarget | undefined {
    const unit = Array.from({ length: 8 }, (_, n) => descriptor.getUint8(Request.unit + n));
    const id = descriptor.getUint8(Request.target);
    if (descriptor.getUint8(Request.bus) !== 0 || unit.some((byte) => byte !== 0)) return undefined;
    return this.#options.targets.find((target) => target.id === id);
  }

  #execute(place: number, taken: Taken): void {
    const { descriptor, target } = taken;
    const memory = this.#memoryOf(taken);
    this.#taken[place] = taken;
    if (memory === null) {
      this.#end(place, untouched, HostStatus.hardware);
      return;
    }
    const command = new Uint8Array(descriptor.buffer, Request.command, 16);
    target.execute(command, memory, (outcome) => {
      // A place that a reset has freed may have another request by now.
      if (this.#taken[place] !== taken) return;
      this.#end(place, outcome, outcome.isTooShort ? HostStatus.dataRun : HostStatus.success);
    });
  }

  /** Memory of the request's data; null: some of it is not there. */
  #memoryOf(taken: Taken): ScsiMemory | null {
    const segments = this.#segmentsOf(taken.descriptor);
    if (segments === null) return null;
    const memory = new ScatteredMemory(this.#options.memory, segments);
    if (!memory.isThere) return this.#refuse('pvscsi: data beyond memory, at', segments[0]!.address);
    return {
      length: memory.length,
      read: (at, target) => void memory.read(at, target),
      write: (at, bytes) => void memory.write(at, bytes),
      get isAbandoned() {
        return taken.isAbandoned;
      },
    };
  }

  #refuse(what: string, value: number): null {
    this.#options.guestError(what, value);
    return null;
  }

  #segmentsOf(descriptor: DataView): readonly Segment[] | null {
    const [address, length] = [longAt(descriptor, Request.data), longAt(descriptor, Request.dataLength)];
    if (length === 0) return [];
    const isScattered = (descriptor.getUint32(Request.flags, true) & RequestFlag.scattered) !== 0;
    return isScattered ? this.#listed(address, length) : [{ address, length }];
  }

  /** The segments of a list, as far as the request's length goes. */
  #listed(list: number, length: number): readonly Segment[] | null {
    const { memory } = this.#options;
    const view = new DataView(new ArrayBuffer(ELEMENTS_AT_ONCE * Element.bytes));
    const block = new Uint8Array(view.buffer);
    const segments: Segment[] = [];
    let [next, left, at] = [list, length, block.length];
    for (let n = 0; left > 0; n++, at += Element.bytes) {
      if (n === MOST_SEGMENTS || --this.#elementsLeft < 0)
        return this.#refuse('pvscsi: too many pieces of memory, in a list at', list);
      if (at >= block.length) {
        memory.read(next, block);
        [next, at] = [next + block.length, 0];
      }
      const address = longAt(view, at);
      if ((view.getUint32(at + Element.flags, true) & Element.isChain) !== 0) {
        [next, at] = [address, block.length];
        continue;
      }
      const bytes = Math.min(view.getUint32(at + Element.length, true), left);
      if (bytes > 0) segments.push({ address, length: bytes });
      left -= bytes;
    }
    return segments;
  }

  #end(place: number, outcome: Omit<ScsiOutcome, 'isTooShort'>, hostStatus: number): void {
    const { descriptor, isAbandoned } = this.#taken[place]!;
    this.#free(place);
    if (!isAbandoned) this.#complete(descriptor, outcome, hostStatus);
    this.take();
  }

  #free(place: number): void {
    this.#taken[place] = null;
    this.#options.state.underWay[place].target = FREE;
  }

  #complete(descriptor: DataView, { status, sense, moved }: Omit<ScsiOutcome, 'isTooShort'>, hostStatus: number): void {
    const { memory, rings, completed } = this.#options;
    const senseBytes = (sense ?? new Uint8Array(0)).subarray(0, descriptor.getUint32(Request.senseLength, true));
    if (senseBytes.length > 0) memory.write(longAt(descriptor, Request.sense), senseBytes);
    const completion = new DataView(new ArrayBuffer(Completion.bytes));
    new Uint8Array(completion.buffer).set(new Uint8Array(descriptor.buffer, Request.context, 8));
    completion.setUint32(Completion.dataLength, moved, true);
    completion.setUint32(Completion.senseLength, senseBytes.length, true);
    completion.setUint16(Completion.hostStatus, hostStatus, true);
    completion.setUint16(Completion.scsiStatus, status, true);
    rings.complete(new Uint8Array(completion.buffer));
    completed();
  }

  /** Completes the request of a context as aborted, if it is under way. It keeps its place until the medium has answered. */
  abort(low: number, high: number): void {
    const place = this.#taken.findIndex(
      (taken) =>
        taken !== null &&
        !taken.isAbandoned &&
        taken.descriptor.getUint32(Request.context, true) === low &&
        taken.descriptor.getUint32(Request.context + 4, true) === high,
    );
    const taken = this.#taken[place];
    if (taken === undefined || taken === null) return;
    taken.isAbandoned = true;
    this.#options.state.underWay[place].target = FREE;
    this.#complete(taken.descriptor, untouched, HostStatus.aborted);
  }

  /** Resets a target, and completes its requests. */
  reset(target: ScsiTarget): void {
    target.reset();
    for (const [place, taken] of this.#taken.entries()) {
      if (taken?.target !== target) continue;
      this.#free(place);
      if (!taken.isAbandoned) this.#complete(taken.descriptor, untouched, HostStatus.busReset);
    }
  }

  /** Forgets all requests that are under way. */
  forget(): void {
    for (const target of this.#options.targets) target.cancel();
    for (const place of this.#taken.keys()) this.#free(place);
  }

  /** A state was loaded: its requests are executed from their start. Their media know nothing of them. */
  restart(): void {
    for (const target of this.#options.targets) target.cancel();
    // All have their places before one of them ends, and leaves its place to another.
    this.#taken.fill(null);
    this.#elementsLeft = MOST_ELEMENTS;
    for (const [place, { target: id, descriptor: bytes }] of this.#options.state.underWay.entries()) {
      const descriptor = new DataView(bytes.slice().buffer);
      const target = this.#options.targets.find((one) => one.id === id);
      if (target === undefined || !this.#options.rings.areThere) this.#free(place);
      else this.#taken[place] = { descriptor, target, isAbandoned: false };
    }
    for (const [place, taken] of [...this.#taken.entries()]) if (taken !== null) this.#execute(place, taken);
  }
}
