import type { BusMemory } from '../../memory/bus-memory.ts';
import type { UsbDevice } from '../../usb/device.ts';
import { NO_DATA } from '../../usb/packets.ts';
import { SETUP_BYTES } from '../../usb/requests.ts';
import { EndpointType } from './contexts.ts';
import { TransferBuffer, type TransferDescriptor } from './transfer-descriptor.ts';
import { Code, lengthOf, type Trb, TrbControl, TrbType, typeOf } from './trb.ts';

/** A device and its endpoint, as the guest has described it, with the parts that a transfer needs. */
export interface TransferTarget {
  readonly memory: BusMemory;
  readonly device: UsbDevice;
  /** 0 to 15. */
  readonly endpoint: number;
  /** EndpointType. */
  readonly type: number;
  /** Bytes of a packet at most. */
  readonly packet: number;
}

/** How it went on: bytes that were moved in all, and the completion code; null: the device is busy. */
export interface TransferOutcome {
  readonly code: number | null;
  readonly done: number;
}

const DIRECTION_IN = 4;

/** Goes on with a transfer of which so many bytes were moved. */
export function execute(target: TransferTarget, transfer: TransferDescriptor, done: number): TransferOutcome {
  const { trbs } = transfer;
  const type = typeOf(trbs[0]!);
  if (type === TrbType.noOperation || type === TrbType.eventData) return { code: Code.success, done: 0 };
  const others: number[] = [TrbType.normal, TrbType.eventData];
  if (!trbs.slice(1).every((trb) => others.includes(typeOf(trb)))) return { code: Code.trb, done };
  if (target.type === EndpointType.control) return executeControl(target, trbs, done);
  if (type !== TrbType.normal) return { code: Code.trb, done };
  return move(target, trbs, done, target.type > DIRECTION_IN);
}

/** A stage of a control transfer is a transfer of its own here (4.11.2.2). */
function executeControl(target: TransferTarget, trbs: readonly Trb[], done: number): TransferOutcome {
  const [first] = trbs as readonly [Trb, ...Trb[]];
  const isIn = (first.control & TrbControl.in) !== 0;
  switch (typeOf(first)) {
    case TrbType.setup:
      return setUp(target, first);
    case TrbType.data:
    case TrbType.statusStage:
      return move(target, trbs, done, isIn);
    default:
      return { code: Code.trb, done };
  }
}

function setUp({ memory, device }: TransferTarget, trb: Trb): TransferOutcome {
  const isWhole = (trb.control & TrbControl.immediate) !== 0 && lengthOf(trb) === SETUP_BYTES;
  if (!isWhole) return { code: Code.trb, done: 0 };
  const bytes = new Uint8Array(SETUP_BYTES);
  memory.read(trb.address, bytes);
  device.setup(bytes);
  return { code: Code.success, done: SETUP_BYTES };
}

/** Packet by packet: the device may be busy before each of them. */
function move(target: TransferTarget, trbs: readonly Trb[], first: number, isIn: boolean): TransferOutcome {
  const buffer = new TransferBuffer(target.memory, trbs);
  const exchange = isIn ? receive : send;
  let done = Math.min(first, buffer.length);
  do {
    const moved = exchange(target, buffer, done);
    if (typeof moved !== 'number') return { code: moved === 'nak' ? null : Code[moved], done };
    done += moved;
    if (moved < target.packet) break;
  } while (done < buffer.length);
  return { code: done < buffer.length ? Code.shortPacket : Code.success, done };
}

type Exchanged = number | 'nak' | 'stall' | 'babble';

function send({ device, endpoint, packet }: TransferTarget, buffer: TransferBuffer, done: number): Exchanged {
  const length = Math.min(packet, buffer.length - done);
  const bytes = length === 0 ? NO_DATA : buffer.read(done, length);
  const answer = device.out(endpoint, bytes);
  return answer === 'ack' ? length : answer;
}

function receive({ device, endpoint, packet }: TransferTarget, buffer: TransferBuffer, done: number): Exchanged {
  const answer = device.in(endpoint);
  if (typeof answer === 'string') return answer;
  if (answer.length > Math.min(packet, buffer.length - done)) return 'babble';
  buffer.write(done, answer);
  return answer.length;
}
