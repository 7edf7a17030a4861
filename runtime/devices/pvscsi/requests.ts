import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { longAt } from '../../memory/long.ts';
import { ScatteredMemory, type Segment } from '../../memory/scattered.ts';
import type { ScsiMemory, ScsiOutcome, ScsiTarget } from '../../scsi/target.ts';
import { type TakenRequest, UnderWay } from '../../scsi/under-way.ts';
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
interface Taken extends TakenRequest {
  readonly descriptor: DataView;
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
  readonly #underWay: UnderWay<Taken, RequestsState['underWay'][number]>;
  /** Derived, as it lasts no longer than a call: requests are being taken. */
  #isTaking = false;
  /** Derived, as it lasts no longer than a call: elements that lists may still have. */
  #elementsLeft = 0;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#underWay = new UnderWay({
      ...{ targets: options.targets, places: options.state.underWay, free: FREE },
      loaded: ({ descriptor }, target) => takenRequest(descriptor.slice(), target),
    });
  }

  /** Takes requests, as long as there are some, and places for them. A ring is not taken more than once round. */
  take(): void {
    const { rings, guestError } = this.#options;
    if (this.#isTaking || !rings.areThere || !this.#options.isRunning()) return;
    if (rings.waiting > rings.entries) guestError('pvscsi: more requests than the ring holds,', rings.waiting);
    this.#isTaking = true;
    this.#elementsLeft = MOST_ELEMENTS;
    for (let left = Math.min(rings.waiting, rings.entries); left > 0 && this.#underWay.freePlace >= 0; left--)
      this.#begin(rings.take());
    this.#isTaking = false;
  }

  #begin(bytes: Uint8Array): void {
    const descriptor = new DataView(bytes.buffer);
    const target = this.#targetOf(descriptor);
    if (target === undefined) this.#complete(descriptor, untouched, HostStatus.selectionTimeout);
    else {
      const place = this.#underWay.freePlace;
      const underWay = this.#options.state.underWay[place];
      underWay.target = target.id;
      underWay.descriptor.set(bytes);
      this.#execute(place, takenRequest(bytes, target));
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
    this.#underWay.put(place, taken);
    if (memory === null) {
      this.#end(place, taken, untouched, HostStatus.hardware);
      return;
    }
    const command = new Uint8Array(descriptor.buffer, Request.command, 16);
    target.execute(command, memory, (outcome) => {
      if (!this.#underWay.has(place, taken)) return;
      this.#end(place, taken, outcome, outcome.isTooShort ? HostStatus.dataRun : HostStatus.success);
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

  #end(place: number, taken: Taken, outcome: Omit<ScsiOutcome, 'isTooShort'>, hostStatus: number): void {
    this.#underWay.free(place);
    if (!taken.isAbandoned) this.#complete(taken.descriptor, outcome, hostStatus);
    this.take();
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
    const taken = this.#underWay.awaited.find(
      ({ descriptor }) =>
        descriptor.getUint32(Request.context, true) === low && descriptor.getUint32(Request.context + 4, true) === high,
    );
    if (taken === undefined) return;
    this.#underWay.abandon(taken);
    this.#complete(taken.descriptor, untouched, HostStatus.aborted);
  }

  /** Resets a target, and completes its requests. */
  reset(target: ScsiTarget): void {
    target.reset();
    for (const { descriptor } of this.#underWay.freeAll(target))
      this.#complete(descriptor, untouched, HostStatus.busReset);
  }

  /** Forgets all requests that are under way. */
  forget(): void {
    for (const target of this.#options.targets) target.cancel();
    this.#underWay.clear();
  }

  /** A state was loaded: its requests are executed from their start. */
  restart(): void {
    this.#elementsLeft = MOST_ELEMENTS;
    const requests = this.#underWay.reload();
    if (this.#options.rings.areThere) for (const [place, taken] of requests) this.#execute(place, taken);
    else this.#underWay.clear();
  }
}

function takenRequest(descriptor: Uint8Array, target: ScsiTarget): Taken {
  return { descriptor: new DataView(descriptor.buffer), target, isAbandoned: false };
}
