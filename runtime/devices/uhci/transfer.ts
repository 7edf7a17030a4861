import type { UsbDevice } from '../../usb/device.ts';
import { type DataAnswer, type Handshake, NO_DATA, Pid } from '../../usb/packets.ts';
import { Control, MOST_LENGTH } from './registers.ts';
import type { Schedule, TransferDescriptor } from './schedule.ts';

/** The device at an address that packets reach now; null: there is none. */
export type FindDevice = (address: number) => UsbDevice | null;

/**
 * The result of a transfer descriptor. done: its queue goes on to the next one. held: it stays where it is. system,
 * process: there is no memory; the descriptor makes no sense. Both stop the controller.
 */
export interface TransferOutcome {
  readonly result: 'done' | 'held' | 'system' | 'process';
  /** It is not active any more; how many bytes were moved. */
  readonly isRetired: boolean;
  readonly bytes: number;
  readonly isShort?: boolean;
  readonly isError?: boolean;
}

const HELD: TransferOutcome = { result: 'held', isRetired: false, bytes: 0 };
const FAILED: TransferOutcome = { result: 'held', isRetired: true, bytes: 0, isError: true };

const isPid = (pid: number): boolean => pid === Pid.in || pid === Pid.out || pid === Pid.setup;

/** Whether it makes sense; where it doesn't, what stops the controller. */
export function transferProblem(
  { pid, length, buffer }: TransferDescriptor,
  { memory }: Schedule,
): 'system' | 'process' | null {
  if (!isPid(pid) || length > MOST_LENGTH) return 'process';
  return length > 0 && !memory.has(buffer, length) ? 'system' : null;
}

/** Does what an active transfer descriptor says, and writes down what became of it. */
export function execute(schedule: Schedule, transfer: TransferDescriptor, find: FindDevice): TransferOutcome {
  const problem = transferProblem(transfer, schedule);
  if (problem !== null) return { ...HELD, result: problem };
  const device = find(transfer.device);
  const answer = device === null ? 'timeout' : exchange(schedule, transfer, device);
  if (answer === 'timeout') return timeOut(schedule, transfer);
  if (answer === 'nak') return notNow(schedule, transfer);
  if (answer === 'stall') return fail(schedule, transfer, Control.stalled);
  if (answer !== 'ack') return receive(schedule, transfer, answer);
  return retire(schedule, transfer, transfer.length);
}

function exchange(
  schedule: Schedule,
  transfer: TransferDescriptor,
  device: UsbDevice,
): Handshake | DataAnswer | 'timeout' {
  const { pid, endpoint, length, buffer } = transfer;
  if (pid === Pid.in) return device.in(endpoint);
  const bytes = length === 0 ? NO_DATA : new Uint8Array(length);
  schedule.memory.read(buffer, bytes);
  if (pid === Pid.out) return device.out(endpoint, bytes);
  // An endpoint that is none for control transfers knows no SETUP.
  if (endpoint !== 0) return 'timeout';
  device.setup(bytes);
  return 'ack';
}

function receive(schedule: Schedule, transfer: TransferDescriptor, bytes: Uint8Array): TransferOutcome {
  if (bytes.length > transfer.length) return fail(schedule, transfer, Control.stalled | Control.babble);
  schedule.memory.write(transfer.buffer, bytes);
  return retire(schedule, transfer, bytes.length);
}

/** A NAK of an earlier frame is forgotten: drivers look at it. */
function retire(schedule: Schedule, transfer: TransferDescriptor, bytes: number): TransferOutcome {
  const { control, length } = transfer;
  const others = control & ~(Control.lengthMask | Control.active | Control.nak);
  schedule.setControl(transfer, others | ((bytes - 1) & Control.lengthMask));
  const isShort = bytes < length && (control & Control.shortDetect) !== 0;
  return { result: isShort ? 'held' : 'done', isRetired: true, bytes, isShort };
}

function notNow(schedule: Schedule, transfer: TransferDescriptor): TransferOutcome {
  if ((transfer.control & Control.isochronous) !== 0) return fail(schedule, transfer, Control.timeout);
  schedule.setControl(transfer, transfer.control | Control.nak);
  return HELD;
}

function fail(schedule: Schedule, transfer: TransferDescriptor, why: number): TransferOutcome {
  const others = transfer.control & ~(Control.lengthMask | Control.active);
  schedule.setControl(transfer, others | why | Control.lengthMask);
  return FAILED;
}

/** Nobody answers. It is tried again as often as the error counter says; 0 means for ever (3.2.2). */
function timeOut(schedule: Schedule, transfer: TransferDescriptor): TransferOutcome {
  const { control } = transfer;
  const errors = (control & Control.errorsMask) >> Control.errorsShift;
  if ((control & Control.isochronous) !== 0) return fail(schedule, transfer, Control.timeout);
  const counted = { ...transfer, control: (control & ~Control.errorsMask) >>> 0 };
  if (errors === 1) return fail(schedule, counted, Control.stalled | Control.timeout);
  const left = errors === 0 ? 0 : errors - 1;
  schedule.setControl(transfer, counted.control | Control.timeout | (left << Control.errorsShift));
  return HELD;
}
