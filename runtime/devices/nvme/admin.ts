import { type Command, Refusal, refuse } from './command.ts';
import { type Events, Happened } from './events.ts';
import { getFeature, isQueueCount, isTooWarm, setFeature } from './features.ts';
import { identify, type Namespace } from './identify.ts';
import { logPage } from './logs.ts';
import { dataMemory, type PageMemory } from './pointers.ts';
import type { Queues } from './queues.ts';
import { AdminCommand, Code, MOST_ENTRIES, QUEUES } from './registers.ts';
import type { FeaturesState, LogsState } from './state.ts';

/** The parts of the controller that admin commands work on. */
export interface AdminSide extends PageMemory {
  readonly queues: Queues;
  readonly events: Events;
  readonly features: FeaturesState;
  readonly logs: LogsState;
  readonly serial: string;
  readonly namespace: Namespace;
  /** Interrupts that queues may have: one, the pin, without messages. */
  readonly vectors: number;
}

/** Bits of dword 11: the queue is contiguous; it interrupts. */
const Flag = { contiguous: 1, interrupts: 2 } as const;
/** Bit of the event configuration feature: events of the temperature are wanted. */
const SMART_TEMPERATURE = 2;

/** Does a command: its result, 0 for most, or null: it has not ended, but waits. */
type Action = (command: Command, side: AdminSide) => number | null;

const actions: Readonly<Record<number, Action>> = {
  [AdminCommand.deleteSubmission]: deleteSubmission,
  [AdminCommand.createSubmission]: createSubmission,
  [AdminCommand.getLogPage]: getLogPage,
  [AdminCommand.deleteCompletion]: deleteCompletion,
  [AdminCommand.createCompletion]: createCompletion,
  [AdminCommand.identify]: (command, side) => {
    send(command, side, identify(command, side.serial, side.namespace));
    return 0;
  },
  [AdminCommand.abort]: abort,
  [AdminCommand.setFeatures]: changeFeature,
  [AdminCommand.getFeatures]: (command, { features }) => getFeature(features, command),
  [AdminCommand.asynchronousEvent]: (command, { events }) =>
    events.wait(command.id) ? null : refuse(Code.tooManyEvents),
};

/**
 * Does a command of the administrator's queue (5). All are done at once, but those that wait for an event.
 * @throws Refusal
 */
export function administrate(command: Command, side: AdminSide): number | null {
  const action = actions[command.opcode] ?? refuse(Code.invalidOpcode);
  if (command.hasList) refuse(Code.invalidField);
  return action(command, side);
}

function send(command: Command, side: AdminSide, bytes: Uint8Array): void {
  dataMemory(side, command, bytes.length).write(0, bytes);
}

/** Queue number and size of a command that creates one. */
function queueOf(command: Command) {
  const dword = command.dword(10);
  return { number: dword & 0xffff, entries: (dword >>> 16) + 1, flags: command.dword(11) & 0xffff };
}

const isIoQueue = (number: number): boolean => number > 0 && number < QUEUES;

function checkedPlace({ pageBytes }: AdminSide, command: Command, entries: number): number {
  if (entries < 2 || entries > MOST_ENTRIES) refuse(Code.invalidQueueSize);
  const [address] = command.pointers;
  return address % pageBytes === 0 ? address : refuse(Code.invalidOffset);
}

function createCompletion(command: Command, side: AdminSide): number {
  const { number, entries, flags } = queueOf(command);
  const vector = command.dword(11) >>> 16;
  if (!isIoQueue(number) || side.queues.completion(number)) refuse(Code.invalidQueue);
  const address = checkedPlace(side, command, entries);
  if (vector >= side.vectors) refuse(Code.invalidVector);
  if ((flags & Flag.contiguous) === 0) refuse(Code.invalidField);
  const interrupts = (flags & Flag.interrupts) !== 0;
  side.queues.createCompletion(number, { entries, address, interrupts, vector });
  return 0;
}

function createSubmission(command: Command, side: AdminSide): number {
  const { number, entries, flags } = queueOf(command);
  const completion = command.dword(11) >>> 16;
  if (completion === 0 || !side.queues.completion(completion)) refuse(Code.invalidCompletionQueue);
  if (!isIoQueue(number) || side.queues.submission(number)) refuse(Code.invalidQueue);
  const address = checkedPlace(side, command, entries);
  if ((flags & Flag.contiguous) === 0) refuse(Code.invalidField);
  side.queues.createSubmission(number, { entries, address, completion });
  return 0;
}

function deleteSubmission(command: Command, { queues }: AdminSide): number {
  const number = command.dword(10) & 0xffff;
  if (!isIoQueue(number) || !queues.submission(number)) refuse(Code.invalidQueue);
  queues.deleteSubmission(number);
  return 0;
}

function deleteCompletion(command: Command, { queues }: AdminSide): number {
  const number = command.dword(10) & 0xffff;
  // As by QEMU: not the code of a queue that is none.
  if (!isIoQueue(number) || !queues.completion(number)) refuse(Code.invalidCompletionQueue);
  if (queues.isUsed(number)) throw new Refusal(Code.invalidDeletion, false);
  queues.deleteCompletion(number);
  return 0;
}

const NOT_ABORTED = 1;

/** Abort: never succeeds, since every command that was taken from a queue is carried out. */
function abort(command: Command, { queues }: AdminSide): number {
  if (!queues.submission(command.dword(10) & 0xffff)) refuse(Code.invalidField);
  return NOT_ABORTED;
}

function changeFeature(command: Command, { features, queues, events }: AdminSide): number {
  if (isQueueCount(command) && queues.hasIoQueues) refuse(Code.sequenceError);
  const wasTooWarm = isTooWarm(features);
  const result = setFeature(features, command);
  const isNew = isTooWarm(features) && !wasTooWarm;
  if (isNew && (features.events & SMART_TEMPERATURE) !== 0) events.tell(Happened.tooWarm);
  return result;
}

function getLogPage(command: Command, side: AdminSide): number {
  const { logs: state, features, events } = side;
  const { page, bytes, isRead } = logPage(command, { state, isTooWarm: isTooWarm(features) });
  send(command, side, bytes);
  if (isRead) events.logRead(page);
  return 0;
}
