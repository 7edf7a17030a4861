import { type DataAnswer, type Handshake, NO_DATA } from './packets.ts';
import { SETUP_BYTES, type SetupPacket, setupPacket, TO_HOST } from './requests.ts';
import type { UsbState } from './state.ts';

/** Does what control transfers ask for. */
export interface ControlRequests {
  /** The data that the device sends; null: it stalls. */
  read(setup: SetupPacket): Uint8Array | null;
  /** Whether the device does it; else it stalls. */
  write(setup: SetupPacket, data: Uint8Array): boolean;
  /** The status stage is over. */
  done(): void;
}

/** Stages of a control transfer (USB 2.0, 8.5.3). A request that is stalled stays so until the next one. */
const Stage = { none: 0, dataIn: 1, dataOut: 2, statusIn: 3, stalled: 4 } as const;

/** Bytes that any request of a device brings. */
const MOST_DATA = 64;

/** Endpoint 0 of a device: control transfers, packet by packet. */
export class ControlPipe {
  readonly #state: UsbState;
  readonly #packet: number;
  readonly #requests: ControlRequests;

  /** `packet`: bytes of a packet at most. */
  constructor(state: UsbState, packet: number, requests: ControlRequests) {
    this.#state = state;
    this.#packet = packet;
    this.#requests = requests;
  }

  /** A new request: whatever was under way is over. A SETUP packet is always taken (8.5.3). */
  setup(bytes: Uint8Array): void {
    const state = this.#state;
    state.data.clear();
    if (bytes.length !== SETUP_BYTES) {
      state.stage = Stage.stalled;
      return;
    }
    state.setup.set(bytes);
    const { requestType, length } = this.#setup;
    if ((requestType & TO_HOST) !== 0) this.#beginRead();
    else if (length === 0) this.#write();
    else state.stage = length <= MOST_DATA ? Stage.dataOut : Stage.stalled;
  }

  get #setup(): SetupPacket {
    return setupPacket(this.#state.setup);
  }

  #beginRead(): void {
    const state = this.#state;
    const setup = this.#setup;
    const reply = this.#requests.read(setup);
    state.stage = reply === null ? Stage.stalled : Stage.dataIn;
    state.data.push(reply?.subarray(0, setup.length) ?? NO_DATA);
  }

  #write(): void {
    const state = this.#state;
    const isDone = this.#requests.write(this.#setup, state.data.toBytes());
    state.data.clear();
    state.stage = isDone ? Stage.statusIn : Stage.stalled;
  }

  /** The host asks for data, or for the status. A packet that is not full ends the data. */
  in(): DataAnswer {
    const state = this.#state;
    if (state.stage === Stage.statusIn) {
      this.#end();
      return NO_DATA;
    }
    if (state.stage !== Stage.dataIn) return 'stall';
    const part = state.data.peek(this.#packet).slice();
    state.data.drop(part.length);
    return part;
  }

  /** The host sends data, or the status. */
  out(bytes: Uint8Array): Handshake {
    const state = this.#state;
    if (state.stage === Stage.dataOut) return this.#takeData(bytes);
    // The status may come before all data was fetched.
    if (state.stage !== Stage.dataIn) return 'stall';
    this.#end();
    return 'ack';
  }

  #takeData(bytes: Uint8Array): Handshake {
    const { data } = this.#state;
    const { length } = this.#setup;
    if (data.length + bytes.length > length) {
      this.#state.stage = Stage.stalled;
      return 'stall';
    }
    data.push(bytes);
    if (data.length === length) this.#write();
    return 'ack';
  }

  #end(): void {
    this.#state.stage = Stage.none;
    this.#state.data.clear();
    this.#requests.done();
  }
}
