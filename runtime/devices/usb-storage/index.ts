import { type BlockDone, type BlockMedium, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import { type Action, failed, senseOf } from '../../scsi/action.ts';
import { diskAction } from '../../scsi/disk/commands.ts';
import { perform } from '../../scsi/disk/perform.ts';
import { COMMAND_BYTES, Sense } from '../../scsi/operations.ts';
import { joinComponents } from '../../snapshot/components.ts';
import type { Component } from '../../snapshot/describe.ts';
import { ENDPOINT_IN, EndpointKind, type UsbDescription } from '../../usb/descriptors.ts';
import { type UsbDevice, UsbFunction } from '../../usb/device.ts';
import type { DataAnswer, Direction, Handshake, UsbSpeed } from '../../usb/packets.ts';
import type { SetupPacket } from '../../usb/requests.ts';
import {
  ClassRequest,
  CommandBlock,
  DEFAULT_SERIAL,
  Id,
  IN_ENDPOINT,
  OUT_ENDPOINT,
  Outcome,
  packetBytes,
  STORAGE_CLASS,
  STRINGS,
  StatusBlock,
  UNIT,
} from './registers.ts';
import { type StorageState, storageState } from './state.ts';

export interface UsbStorageOptions {
  readonly name: string;
  readonly speed: UsbSpeed;
  readonly port: BlockPort;
  /** Up to 20 characters of ASCII. */
  readonly serial?: string;
}

/**
 * State of the transport: it waits for a command; for data from the host; sends data; waits for the disk's answer to a
 * read, to a write or a comparison, or to what needs no more data; sends the status. After an invalid command it does nothing until the host resets it.
 */
const Phase = { command: 0, out: 1, in: 2, reading: 3, writing: 4, working: 5, status: 6, broken: 7 } as const;

/** Sectors that the disk is asked for at once. */
const CHUNK_SECTORS = 128;

const PRODUCT = 'USB MSD';

const endpoint = (address: number, speed: UsbSpeed) => ({
  address,
  kind: EndpointKind.bulk,
  packet: packetBytes[speed],
});

/** A disk on the USB: SCSI commands by the bulk-only transport. */
export class UsbStorage implements UsbDevice {
  readonly component: Component;
  readonly product = PRODUCT;
  onReady: () => void = () => {};
  readonly #state: StorageState = storageState.create();
  readonly #function: UsbFunction;
  readonly #port: BlockPort;
  readonly #serial: string;

  constructor({ name, speed, port, serial = '' }: UsbStorageOptions) {
    this.#port = port;
    this.#serial = serial === '' ? DEFAULT_SERIAL : serial;
    this.#function = new UsbFunction(speed, (at) => description(this.#serial, at), {
      requests: {
        read: ({ request }) => (request === ClassRequest.mostUnits ? Uint8Array.of(0) : null),
        write: (setup) => this.#classRequest(setup),
      },
      configured: () => this.#resetTransport(),
    });
    const own = storageState.bind(name, this.#state, { restored: () => this.#restart() });
    this.component = joinComponents(name, [own, this.#function.component]);
  }

  get speed(): UsbSpeed {
    return this.#function.speed;
  }

  get address(): number {
    return this.#function.state.address;
  }

  get mayWake(): boolean {
    return this.#function.state.remoteWakeup;
  }

  get #medium(): BlockMedium {
    return this.#port.medium ?? { sectors: 0, isReadOnly: true };
  }

  reset(): void {
    this.resetBus();
  }

  resetBus(): void {
    this.#function.resetBus();
  }

  setup(bytes: Uint8Array): void {
    this.#function.setup(bytes);
  }

  /** Halts stay: the host clears them after a reset of the transport (3.1). */
  #classRequest({ request }: SetupPacket): boolean {
    if (request === ClassRequest.reset) this.#resetTransport();
    return request === ClassRequest.reset;
  }

  #resetTransport(): void {
    Object.assign(this.#state, storageState.create());
    this.#port.cancel();
  }

  /** The disk knows nothing of what a loaded state has under way. */
  #restart(): void {
    this.#port.cancel();
    const { phase } = this.#state;
    if (phase === Phase.reading) this.#read();
    else if (phase === Phase.writing) this.#write();
    else if (phase === Phase.working) this.#work();
  }

  isBusy(number: number, direction: Direction): boolean {
    if (number === 0 || this.#function.isHalted(number, direction)) return false;
    const { phase } = this.#state;
    if (phase === Phase.broken) return false;
    if (direction === 'in') return phase !== Phase.in && phase !== Phase.status;
    return phase !== Phase.command && phase !== Phase.out;
  }

  out(number: number, bytes: Uint8Array): Handshake {
    if (number === 0) return this.#function.out(bytes);
    if (this.#function.isHalted(number, 'out')) return 'stall';
    if (this.isBusy(number, 'out')) return 'nak';
    return this.#state.phase === Phase.out ? this.#takeData(bytes) : this.#takeCommand(bytes);
  }

  in(number: number): DataAnswer {
    if (number === 0) return this.#function.in();
    if (this.#function.isHalted(number, 'in')) return 'stall';
    if (this.isBusy(number, 'in')) return 'nak';
    if (this.#state.phase === Phase.in) return this.#sendData();
    return this.#state.phase === Phase.status ? this.#sendStatus() : this.#break();
  }

  /** Halts both endpoints after an invalid command, until the host resets the transport (6.6.1). */
  #break(): 'stall' {
    this.#state.phase = Phase.broken;
    this.#function.halt(IN_ENDPOINT | ENDPOINT_IN);
    this.#function.halt(OUT_ENDPOINT);
    return 'stall';
  }

  #takeCommand(bytes: Uint8Array): Handshake {
    const state = this.#state;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const isCommand = bytes.length === CommandBlock.bytes && view.getUint32(0, true) === CommandBlock.signature;
    if (!isCommand || state.phase === Phase.broken) return this.#break();
    state.tag = view.getUint32(CommandBlock.tag, true);
    state.expected = view.getUint32(CommandBlock.length, true);
    state.outcome = Outcome.passed;
    state.data.clear();
    state.sectors = 0;
    state.command.set(bytes.subarray(CommandBlock.command, CommandBlock.command + COMMAND_BYTES));
    const wantsIn = (view.getUint8(CommandBlock.flags) & ENDPOINT_IN) !== 0;
    const unit = view.getUint8(CommandBlock.unit) & 0xf;
    this.#begin(unit === 0 ? this.#action() : failed(Sense.noUnit), wantsIn);
    return 'ack';
  }

  #action(): Action {
    const { command, sense } = this.#state;
    return diskAction(command, { medium: this.#medium, identity: { ...UNIT, serial: this.#serial }, sense });
  }

  #begin(action: Action, wantsIn: boolean): void {
    const state = this.#state;
    if (action.kind !== 'reply') state.sense = action.kind === 'failed' ? action.sense : Sense.none;
    switch (action.kind) {
      case 'failed':
        state.outcome = Outcome.failed;
        this.#endWithoutData(wantsIn);
        break;
      case 'done':
        this.#endWithoutData(wantsIn);
        break;
      case 'reply':
        this.#offer(action.bytes, wantsIn);
        break;
      case 'parameters':
        if (this.#agrees(action.length, 'out', wantsIn)) state.phase = Phase.out;
        break;
      case 'read':
      case 'write':
      case 'compare':
        this.#move(action, wantsIn);
        break;
      default:
        this.#work();
    }
  }

  #offer(bytes: Uint8Array, wantsIn: boolean): void {
    if (!wantsIn || this.#state.expected === 0) {
      this.#endWithoutData(wantsIn);
      return;
    }
    this.#state.data.push(bytes);
    this.#state.phase = Phase.in;
  }

  /** The host and the command must agree which way the data goes, and how much it is (6.7). */
  #agrees(length: number, way: Direction, wantsIn: boolean): boolean {
    const state = this.#state;
    if (wantsIn === (way === 'in') && state.expected === length) return true;
    state.outcome = Outcome.phaseError;
    this.#endWithoutData(wantsIn);
    return false;
  }

  #move({ kind, block, count }: Extract<Action, { kind: 'read' | 'write' | 'compare' }>, wantsIn: boolean): void {
    const state = this.#state;
    if (!this.#agrees(count * SECTOR_BYTES, kind === 'read' ? 'in' : 'out', wantsIn)) return;
    Object.assign(state, { sector: block, sectors: count });
    if (kind === 'read') this.#read();
    else state.phase = Phase.out;
  }

  /** Data that the host still wants to move is refused by a halt of its endpoint. */
  #endWithoutData(wantsIn: boolean): void {
    const state = this.#state;
    state.phase = Phase.status;
    if (state.expected > 0) this.#function.halt(wantsIn ? IN_ENDPOINT | ENDPOINT_IN : OUT_ENDPOINT);
  }

  #chunk(): Uint8Array {
    return new Uint8Array(Math.min(this.#state.sectors, CHUNK_SECTORS) * SECTOR_BYTES);
  }

  #read(): void {
    const state = this.#state;
    const chunk = this.#chunk();
    state.phase = Phase.reading;
    this.#port.read(state.sector, chunk, (error) => {
      if (error !== null) this.#fail(senseOf(error, Sense.readError), true);
      else {
        this.#advance(chunk.length);
        state.data.push(chunk);
        state.phase = Phase.in;
      }
      this.onReady();
    });
  }

  #advance(bytes: number): void {
    this.#state.sector += bytes / SECTOR_BYTES;
    this.#state.sectors -= bytes / SECTOR_BYTES;
  }

  #fail(sense: number, wantsIn: boolean): void {
    Object.assign(this.#state, { sense, outcome: Outcome.failed, sectors: 0 });
    this.#state.data.clear();
    this.#endWithoutData(wantsIn);
  }

  #sendData(): DataAnswer {
    const state = this.#state;
    const part = state.data.peek(Math.min(packetBytes[this.speed], state.expected)).slice();
    state.data.drop(part.length);
    state.expected -= part.length;
    if (state.data.length > 0 && state.expected > 0) return part;
    if (state.sectors > 0) this.#read();
    else {
      state.data.clear();
      state.phase = Phase.status;
      // A full packet doesn't say that no more comes.
      if (state.expected > 0 && part.length === packetBytes[this.speed]) this.#function.halt(IN_ENDPOINT | ENDPOINT_IN);
    }
    return part;
  }

  #takeData(bytes: Uint8Array): Handshake {
    const state = this.#state;
    if (bytes.length > state.expected) {
      this.#fail(Sense.invalidField, false);
      return 'stall';
    }
    state.expected -= bytes.length;
    state.data.push(bytes);
    if (state.sectors === 0) {
      if (state.expected === 0) this.#work();
    } else if (state.data.length >= this.#chunk().length) this.#write();
    return 'ack';
  }

  /** Writes a chunk of data, or compares it. */
  #write(): void {
    const state = this.#state;
    const chunk = this.#chunk();
    chunk.set(state.data.peek(chunk.length));
    state.phase = Phase.writing;
    if (this.#action().kind === 'compare') this.#compare(chunk);
    else
      this.#port.write(state.sector, chunk, (error) => {
        if (error !== null) this.#fail(senseOf(error, Sense.writeError), false);
        else this.#chunkDone(chunk);
        this.onReady();
      });
  }

  #compare(chunk: Uint8Array): void {
    const found = new Uint8Array(chunk.length);
    this.#port.read(this.#state.sector, found, (error) => {
      if (error !== null) this.#fail(senseOf(error, Sense.readError), false);
      else if (found.some((byte, n) => byte !== chunk[n])) this.#fail(Sense.miscompare, false);
      else this.#chunkDone(chunk);
      this.onReady();
    });
  }

  #chunkDone(chunk: Uint8Array): void {
    const state = this.#state;
    state.data.drop(chunk.length);
    this.#advance(chunk.length);
    if (state.sectors > 0) state.phase = Phase.out;
    else {
      const action = this.#action();
      if (action.kind === 'write' && action.mustStay) this.#work();
      else state.phase = Phase.status;
    }
  }

  /** Does what is left of a command whose data the host has sent. */
  #work(): void {
    const state = this.#state;
    const action = this.#action();
    state.phase = Phase.working;
    const rest = action.kind === 'parameters' ? action.take(state.data.toBytes()) : action;
    const done: BlockDone = (error) => {
      if (error !== null) this.#fail(senseOf(error, Sense.writeError), false);
      state.data.clear();
      state.phase = Phase.status;
      this.onReady();
    };
    if (rest.kind === 'failed') this.#fail(rest.sense, false);
    else if (!perform(this.#port, rest, done)) {
      state.data.clear();
      state.phase = Phase.status;
    }
  }

  #sendStatus(): Uint8Array {
    const { tag, expected, outcome } = this.#state;
    const view = new DataView(new ArrayBuffer(StatusBlock.bytes));
    view.setUint32(0, StatusBlock.signature, true);
    view.setUint32(StatusBlock.tag, tag, true);
    view.setUint32(StatusBlock.residue, expected, true);
    view.setUint8(StatusBlock.status, outcome);
    this.#state.phase = Phase.command;
    return new Uint8Array(view.buffer);
  }
}

function description(serial: string, speed: UsbSpeed): UsbDescription {
  return {
    ...Id,
    strings: [...STRINGS, serial],
    controlPacket: 64,
    classCode: STORAGE_CLASS,
    endpoints: [endpoint(IN_ENDPOINT | ENDPOINT_IN, speed), endpoint(OUT_ENDPOINT, speed)],
    wakes: false,
  };
}
