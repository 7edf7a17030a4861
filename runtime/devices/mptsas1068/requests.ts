import type { ReportGuestError } from '../../bus/guest-error.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import { longOf } from '../../memory/long.ts';
import { ScatteredMemory } from '../../memory/scattered.ts';
import { bytesFromHost } from '../../scsi/data-out.ts';
import { answerWithoutUnit } from '../../scsi/no-unit.ts';
import { ScsiStatus } from '../../scsi/operations.ts';
import type { ScsiMemory, ScsiOutcome, ScsiTarget } from '../../scsi/target.ts';
import { type TakenRequest, UnderWay } from '../../scsi/under-way.ts';
import { IocStatus, Reply, Request, ScsiDirection, ScsiIo, ScsiIoReply, ScsiState } from './registers.ts';
import { type Replies, replyTo } from './replies.ts';
import { readScatterList } from './scatter-list.ts';
import { type ControllerState, FREE, type RequestsState } from './state.ts';

/** A SCSI IO request that is under way. */
export interface Taken extends TakenRequest {
  readonly frame: DataView;
  readonly address: number;
}

export interface RequestsOptions {
  readonly state: RequestsState;
  readonly controller: ControllerState;
  readonly replies: Replies;
  readonly memory: BusMemory;
  readonly targets: readonly ScsiTarget[];
  readonly guestError: ReportGuestError;
  /** There is a place for another request. */
  hasEnded(): void;
}

/** Fields of a reply that are those of the request. */
const echoed: readonly number[] = [ScsiIo.target, ScsiIo.bus, ScsiIo.commandLength, ScsiIo.senseLength];

/** SCSI IO requests that are under way: their targets execute them, and replies tell how they have ended. */
export class Requests {
  readonly #options: RequestsOptions;
  readonly #underWay: UnderWay<Taken, RequestsState['underWay'][number]>;

  constructor(options: RequestsOptions) {
    this.#options = options;
    this.#underWay = new UnderWay({
      ...{ targets: options.targets, places: options.state.underWay, free: FREE },
      loaded: ({ frame, address }, target) => takenRequest(frame.slice(), address, target),
    });
  }

  /** Whether there is a place for another one. */
  get hasPlace(): boolean {
    return this.#underWay.freePlace >= 0;
  }

  /** The target of a number on a bus; a status of IocStatus: there is none. */
  targetOf(bus: number, id: number): ScsiTarget | number {
    if (bus !== 0) return IocStatus.invalidBus;
    if (id >= this.#options.controller.maxDevices) return IocStatus.invalidTarget;
    return this.#options.targets.find((target) => target.id === id) ?? IocStatus.deviceNotThere;
  }

  /** Executes a request, whose frame of at least ScsiIo.bytes stands at an address. There must be a place for it. */
  begin(request: Uint8Array, address: number): void {
    const bytes = request.slice(0, ScsiIo.bytes);
    const frame = new DataView(bytes.buffer);
    const target = this.targetOf(frame.getUint8(ScsiIo.bus), frame.getUint8(ScsiIo.target));
    if (typeof target === 'number') this.#refuse(frame, target);
    else {
      const place = this.#underWay.freePlace;
      const underWay = this.#options.state.underWay[place]!;
      Object.assign(underWay, { target: target.id, address });
      underWay.frame.set(bytes);
      this.#execute(place, takenRequest(bytes, address, target));
    }
  }

  #execute(place: number, taken: Taken): void {
    const { frame, target } = taken;
    const memory = this.#memoryOf(taken);
    this.#underWay.put(place, taken);
    if (memory === null) this.#end(place, taken, () => this.#refuse(frame, IocStatus.invalidScatterList));
    else if (frame.getUint8(ScsiIo.unit) !== 0)
      this.#end(place, taken, () => this.#complete(frame, answerForHost(commandOf(frame), memory)));
    else
      target.execute(commandOf(frame), memory, (outcome) => {
        if (!this.#underWay.has(place, taken)) return;
        this.#end(place, taken, () => {
          if (outcome.isTooShort) this.#refuse(frame, IocStatus.dataOverrun);
          else this.#complete(frame, outcome);
        });
      });
  }

  /** Memory of the request's data; null: its list is wrong, or some of the memory is not there. */
  #memoryOf(taken: Taken): ScsiMemory | null {
    const { memory: bus, controller } = this.#options;
    const { frame, target } = taken;
    const address = longOf(taken.address, controller.hostHigh);
    const offset = frame.getUint8(Request.chainOffset);
    const length = frame.getUint32(ScsiIo.dataLength, true);
    const chain = offset === 0 ? null : address + 4 * offset;
    const segments = readScatterList({ address: address + ScsiIo.bytes, chain, length }, bus);
    if (segments === null) return this.#report('mptsas1068: a wrong scatter list, at', address);
    const memory = new ScatteredMemory(bus, segments);
    if (!memory.isThere) return this.#report('mptsas1068: data beyond memory, at', segments[0]!.address);
    return {
      // Data that goes the other way than the command's has no room.
      length: isDirectionRight(frame, target) ? length : 0,
      read: (at, bytes) => void memory.read(at, bytes),
      write: (at, bytes) => void memory.write(at, bytes),
      get isAbandoned() {
        return taken.isAbandoned;
      },
    };
  }

  #report(what: string, value: number): null {
    this.#options.guestError(what, value);
    return null;
  }

  /** Frees a place, replies unless the driver has a reply, and lets others come. */
  #end(place: number, taken: Taken, reply: () => void): void {
    this.#underWay.free(place);
    if (!taken.isAbandoned) reply();
    this.#options.hasEnded();
  }

  /** Tells of success by the request's context alone. */
  #complete(frame: DataView, { status, sense, moved }: Omit<ScsiOutcome, 'isTooShort'>): void {
    const isGood = status === ScsiStatus.good;
    const isShort = moved < frame.getUint32(ScsiIo.dataLength, true);
    if (isGood && !isShort) {
      this.#options.replies.postContext(frame.getUint32(Request.context, true));
      return;
    }
    const reply = this.#replyTo(frame);
    reply.setUint8(Reply.flags, frame.getUint8(Request.flags));
    reply.setUint8(ScsiIoReply.scsiStatus, status);
    reply.setUint16(Reply.status, IocStatus.dataUnderrun, true);
    if (isGood) reply.setUint32(ScsiIoReply.transferCount, moved, true);
    else {
      reply.setUint8(ScsiIoReply.scsiState, ScsiState.autosenseValid);
      reply.setUint32(ScsiIoReply.senseCount, this.#giveSense(frame, sense), true);
    }
    this.#options.replies.post(reply);
  }

  /** Writes sense data to where the driver wants it: its bytes. */
  #giveSense(frame: DataView, sense: Uint8Array | null): number {
    if (sense === null) return 0;
    const { memory, controller } = this.#options;
    const bytes = sense.subarray(0, frame.getUint8(ScsiIo.senseLength));
    memory.write(longOf(frame.getUint32(ScsiIo.senseAddress, true), controller.senseHigh), bytes);
    return bytes.length;
  }

  #refuse(frame: DataView, status: number, flags = 0): void {
    const reply = this.#replyTo(frame);
    reply.setUint8(Reply.flags, flags);
    reply.setUint8(ScsiIoReply.scsiState, ScsiState.noScsiStatus);
    reply.setUint16(Reply.status, status, true);
    this.#options.replies.post(reply);
  }

  #replyTo(frame: DataView): DataView {
    const reply = replyTo(frame, ScsiIoReply.bytes);
    for (const at of echoed) reply.setUint8(at, frame.getUint8(at));
    return reply;
  }

  /** The request of a target with a context, if it is under way. */
  find(target: ScsiTarget, context: number): Taken | undefined {
    return this.#of(target).find(({ frame }) => frame.getUint32(Request.context, true) === context);
  }

  /** Requests of a target whose replies the driver does not have. */
  #of(target: ScsiTarget): readonly Taken[] {
    return this.#underWay.awaited.filter((taken) => taken.target === target);
  }

  /** Ends a request as terminated. It keeps its place until the medium has answered. */
  abort(taken: Taken): void {
    this.#underWay.abandon(taken);
    this.#terminate(taken);
  }

  /** Ends all requests of a target as terminated: how many they are. */
  abortAll(target: ScsiTarget): number {
    const found = this.#of(target);
    for (const taken of found) this.abort(taken);
    return found.length;
  }

  /** Resets a target, and ends its requests as terminated. */
  reset(target: ScsiTarget): void {
    target.reset();
    for (const taken of this.#underWay.freeAll(target)) this.#terminate(taken);
  }

  #terminate({ frame }: Taken): void {
    this.#refuse(frame, IocStatus.taskTerminated, frame.getUint8(Request.flags));
  }

  /** Resets all targets. The driver gets no replies. */
  forget(): void {
    for (const target of this.#options.targets) target.reset();
    this.#underWay.clear();
  }

  /** A state was loaded: its requests are executed from their start. */
  restart(): void {
    for (const [place, taken] of this.#underWay.reload()) this.#execute(place, taken);
  }
}

function takenRequest(frame: Uint8Array, address: number, target: ScsiTarget): Taken {
  return { frame: new DataView(frame.buffer), address, target, isAbandoned: false };
}

function commandOf(frame: DataView): Uint8Array {
  return new Uint8Array(frame.buffer, ScsiIo.command, 16);
}

/** Whether the driver wants the data to go the way that it does by the command. */
function isDirectionRight(frame: DataView, target: ScsiTarget): boolean {
  const direction = frame.getUint32(ScsiIo.control, true) & ScsiDirection.mask;
  const isFromHost = bytesFromHost(commandOf(frame), target.blockBytes) > 0;
  return direction === (isFromHost ? ScsiDirection.write : ScsiDirection.read);
}

/** Answers a command for a unit that is not there. */
function answerForHost(command: Uint8Array, memory: ScsiMemory): Omit<ScsiOutcome, 'isTooShort'> {
  const { status, data, sense } = answerWithoutUnit(command);
  const part = data.subarray(0, memory.length);
  if (part.length > 0) memory.write(0, part);
  return { status, sense, moved: part.length };
}
