import { bytesFromHost } from '../../scsi/data-out.ts';
import { answerWithoutUnit } from '../../scsi/no-unit.ts';
import { COMMAND_BYTES, ScsiStatus } from '../../scsi/operations.ts';
import type { ScsiMemory, ScsiTarget } from '../../scsi/target.ts';
import { Message, Phase } from './registers.ts';
import { type ConnectionState, connectionState, MOST_BYTES } from './state.ts';

export interface ConnectionOptions {
  readonly state: ConnectionState;
  readonly targets: readonly ScsiTarget[];
  /** A target that has executed a command asks for the next phase. */
  readonly changed: () => void;
}

/** Bytes of an extended message before its length counts. */
const EXTENDED_BYTES = 2;
/** Messages of the target that wait at most, as in QEMU: a host that never takes them gets no more. */
const MOST_MESSAGES = 8;
const FIRST_ROOM = 64 << 10;

/** The SCSI bus with the target that is selected. Targets never disconnect before their command is done, so there is one at a time. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #state: ConnectionState;
  /** Derived: the execution that is under way. */
  #execution: object | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  get phase(): number {
    return this.#state.phase;
  }

  get isFree(): boolean {
    return this.#state.phase === Phase.free;
  }

  /** Whether the target asks for the phase. */
  get isReady(): boolean {
    const { isExecuting, phase } = this.#state;
    return !isExecuting || phase === Phase.messageOut || phase === Phase.messageIn;
  }

  get messages(): Uint8Array {
    return this.#state.messages.toBytes();
  }

  /** Bytes of data that can be moved now, in either direction. */
  get dataBytes(): number {
    return this.#state.phase === Phase.dataOut ? this.#state.wanted : this.#state.data.length;
  }

  has(id: number): boolean {
    return this.#options.targets.some((target) => target.id === id);
  }

  get #target(): ScsiTarget {
    return this.#options.targets.find((target) => target.id === this.#state.target)!;
  }

  /** Selects a target that is there. It asks for messages in any case: SeaBIOS sends some without the attention line. */
  select(id: number): void {
    this.release();
    Object.assign(this.#state, { target: id, phase: Phase.messageOut, resumed: Phase.command });
  }

  /** The bus becomes free; a command that is under way is forgotten. */
  release(): void {
    const { isExecuting, target } = this.#state;
    if (isExecuting) this.#target.cancel();
    this.#execution = null;
    Object.assign(this.#state, connectionState.create(), { target });
  }

  /** The host wants to send messages. */
  attend(): void {
    const { phase } = this.#state;
    if (phase === Phase.free || phase === Phase.messageOut) return;
    if (phase !== Phase.messageIn) this.#state.resumed = phase;
    this.#state.phase = Phase.messageOut;
  }

  takeMessages(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.isFree; ) at += this.#takeMessage(bytes.subarray(at));
    if (!this.isFree) this.#endMessages();
  }

  /** Takes a message; its bytes. */
  #takeMessage(bytes: Uint8Array): number {
    const [code] = bytes;
    if (code! >= Message.identify) this.#state.unit = code! & 7;
    else if (code === Message.extended) {
      // Transfers are asynchronous, of single bytes; there is nothing to agree on.
      if (this.#state.messages.length < MOST_MESSAGES) this.#state.messages.push([Message.reject]);
      return EXTENDED_BYTES + (bytes[1] ?? 0);
    } else if (code! >= Message.firstTag && code! <= Message.lastTag) return 2;
    else if (code === Message.reset) this.resetTarget();
    else if (code === Message.abort || code === Message.abortTag || code === Message.clearQueue) this.release();
    return 1;
  }

  #endMessages(): void {
    const { messages, resumed } = this.#state;
    this.#state.phase = messages.length > 0 ? Phase.messageIn : resumed;
  }

  resetTarget(): void {
    const target = this.#target;
    this.release();
    target.reset();
  }

  /** The targets see the bus's reset line. */
  resetBus(): void {
    this.release();
    for (const target of this.#options.targets) target.reset();
  }

  /** Takes so many messages of the target. */
  giveMessages(count: number): Uint8Array {
    const { messages } = this.#state;
    const bytes = messages.peek(count).slice();
    messages.drop(bytes.length);
    if (messages.length > 0) return bytes;
    if (this.#state.resumed === Phase.free) this.release();
    else this.#endMessages();
    return bytes;
  }

  giveStatus(): number {
    const { status, messages } = this.#state;
    messages.push([Message.commandComplete]);
    Object.assign(this.#state, { phase: Phase.messageIn, resumed: Phase.free });
    return status;
  }

  giveData(count: number): Uint8Array {
    const { data } = this.#state;
    const bytes = data.peek(count).slice();
    data.drop(bytes.length);
    if (data.length === 0) this.#state.phase = Phase.status;
    return bytes;
  }

  takeData(bytes: Uint8Array): void {
    const state = this.#state;
    state.data.push(bytes);
    state.wanted -= bytes.length;
    if (state.wanted === 0) this.#execute();
  }

  takeCommand(bytes: Uint8Array): void {
    const state = this.#state;
    state.command.fill(0);
    state.command.set(bytes.subarray(0, COMMAND_BYTES));
    if (state.unit !== 0) {
      const { status, data } = answerWithoutUnit(state.command);
      this.#end(status, data);
    } else {
      const wanted = bytesFromHost(state.command, this.#target.blockBytes);
      if (wanted > MOST_BYTES) this.#end(ScsiStatus.checkCondition, new Uint8Array(0));
      else if (wanted === 0) this.#execute();
      else Object.assign(state, { wanted, phase: Phase.dataOut });
    }
  }

  #execute(): void {
    const state = this.#state;
    const execution = {};
    this.#execution = execution;
    state.isExecuting = true;
    const sent = state.data.toBytes();
    const received = new GrowingData();
    const isAbandoned = () => this.#execution !== execution;
    const memory: ScsiMemory = {
      length: sent.length > 0 ? sent.length : MOST_BYTES,
      read: (at, target) => target.set(sent.subarray(at, at + target.length)),
      write: (at, bytes) => received.put(at, bytes),
      get isAbandoned() {
        return isAbandoned();
      },
    };
    this.#target.execute(state.command, memory, ({ status, moved, isTooShort }) => {
      if (isAbandoned()) return;
      const data = sent.length > 0 ? new Uint8Array(0) : received.first(moved);
      this.#end(isTooShort ? ScsiStatus.checkCondition : status, data);
      this.#options.changed();
    });
  }

  /** The command is done: data for the host, then its status. */
  #end(status: number, data: Uint8Array): void {
    const state = this.#state;
    this.#execution = null;
    state.data.clear();
    state.data.push(data);
    const next = data.length > 0 ? Phase.dataIn : Phase.status;
    const hasMessages = state.phase === Phase.messageOut || state.phase === Phase.messageIn;
    Object.assign(state, { status, isExecuting: false, [hasMessages ? 'resumed' : 'phase']: next });
  }

  /** The guest looks whether the command is done. */
  polled(): void {
    if (this.#state.isExecuting) this.#target.polled();
  }

  /** Whether a loaded state is one that there can be. */
  get #isSound(): boolean {
    const { target, phase, resumed, messages } = this.#state;
    const hasMessages = phase !== Phase.messageIn || messages.length > 0;
    return this.has(target) && hasMessages && resumed !== Phase.messageIn && resumed !== Phase.messageOut;
  }

  /** A state was loaded: what was under way is executed from its start. The medium knows nothing of it. */
  restart(): void {
    for (const target of this.#options.targets) target.cancel();
    this.#execution = null;
    if (!this.#isSound) Object.assign(this.#state, connectionState.create());
    else if (this.#state.isExecuting) this.#execute();
  }
}

/** Data of a command, whose length is not known before. */
class GrowingData {
  /** Derived: the command is executed again in a state that is loaded. */
  #bytes = new Uint8Array(0);

  put(at: number, bytes: Uint8Array): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, this.#bytes.length === 0 ? FIRST_ROOM : 2 * this.#bytes.length));
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, at);
  }

  first(count: number): Uint8Array {
    return this.#bytes.subarray(0, count);
  }
}
