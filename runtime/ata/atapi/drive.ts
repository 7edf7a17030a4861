import { type BlockError, type BlockPort, SECTOR_BYTES } from '../../host/block.ts';
import { type Action, DONE, senseOf } from '../../scsi/action.ts';
import { type CdromDrive, cdAction, cdOperations } from '../../scsi/cdrom/commands.ts';
import { wholeSectors } from '../../scsi/cdrom/raw.ts';
import { BLOCK_BYTES, RAW_BYTES } from '../../scsi/cdrom/registers.ts';
import { SECTORS_A_BLOCK, Tray } from '../../scsi/cdrom/tray.ts';
import { Sense } from '../../scsi/operations.ts';
import type { Identity } from '../../scsi/replies.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { Cable } from '../cable.ts';
import type { CommandSet, Outcome } from '../command-set.ts';
import { DataPhase } from '../data-phase.ts';
import type { Drive } from '../drive.ts';
import { isTransferMode } from '../identify.ts';
import { Command, ErrorBit, READY, Reason, Register, Status } from '../registers.ts';
import { CHUNK_BYTES, Phase } from '../state.ts';
import { TaskFile } from '../task-file.ts';
import { packetIdentity } from './identity.ts';
import { cdromState } from './state.ts';

export interface AtapiDriveOptions {
  /** Names the component. */
  readonly name: string;
  readonly model?: string;
  readonly serial?: string;
  readonly firmware?: string;
  readonly port: BlockPort;
}

/** SET FEATURES: the transfer mode. CHECK POWER MODE's answer. */
const TRANSFER_MODE = 0x03;
const ACTIVE = 0xff;

const powerCommands: readonly number[] = [
  Command.standbyImmediate,
  Command.idleImmediate,
  Command.standby,
  Command.idle,
  Command.sleep,
  Command.flushCache,
];

/** PACKET's features (ATA/ATAPI-6, 8.23): data by the bus master; and overlapped execution, which there is none of. */
const PacketFeature = { dma: 0x01, overlapped: 0x02 } as const;

export const PACKET_BYTES = 12;

const VENDOR = 'rawiron';
/** ATAPI: no version of SPC is claimed, and byte 3 has its response format (SFF-8020i, 10.8.2). */
const CONNECTION = { version: 0, format: 0x21, physicalInterface: 2, hasVitalPages: false } as const;

/** The most that a block's byte count can say of an even number. */
const MOST_BYTES = 0xfffe;

/** An ATAPI CD-ROM drive. */
export class AtapiDrive implements Drive, CommandSet, CdromDrive {
  readonly component: Component;
  readonly port: BlockPort;
  readonly taskFile: TaskFile;
  readonly data: DataPhase;
  readonly state: ReturnType<typeof cdromState.create>;
  readonly tray: Tray;
  readonly identity: Identity;
  readonly connection = CONNECTION;
  readonly queue = null;
  readonly kind = { signature: { mid: 0x14, high: 0xeb, status: 0 }, hasDeviceReset: true };
  readonly #model: string;

  constructor(options: AtapiDriveOptions, cable: Cable) {
    const state = cdromState.create();
    this.state = state;
    this.port = options.port;
    this.tray = new Tray(state, options.port);
    this.taskFile = new TaskFile(state.common, cable, this);
    this.data = new DataPhase(state.common, cable, this.taskFile, this);
    const { name, model = 'rawiron CD-ROM', serial = name, firmware = '1.0' } = options;
    this.#model = model;
    const product = model.startsWith(`${VENDOR} `) ? model.slice(VENDOR.length + 1) : model;
    this.identity = { vendor: VENDOR, product, revision: firmware, serial };
    this.component = cdromState.bind(name, state, { restored: () => this.#restored() });
  }

  /** Power on and hard reset. The medium and the tray stay as they are. */
  reset(): void {
    const { common, trayOpen, locked } = this.state;
    Object.assign(this.state, cdromState.create(), { common, trayOpen });
    if (locked) this.port.setLocked(false);
    this.taskFile.reset();
  }

  /** A request of before the load is forgotten; one that was under way when the state was saved is made again. */
  #restored(): void {
    this.port.cancel();
    if (this.state.common.phase >= Phase.reading) this.#request();
    this.tray.restored();
  }

  cancel(): void {
    this.port.cancel();
  }

  // Commands of ATA.

  execute(code: number): Outcome {
    switch (code) {
      case Command.packet:
        return this.#beginPacket();
      case Command.identifyPacketDevice:
        return this.#identify();
      case Command.identifyDevice:
      case Command.readSectors:
        return this.#refuse();
      case Command.nop:
        return ErrorBit.abort;
      case Command.setFeatures:
        return this.#setFeatures();
      case Command.checkPowerMode:
        this.state.common.registers[Register.sectorCount] = ACTIVE;
        return 'done';
      default:
        return powerCommands.includes(code) ? 'done' : this.taskFile.reject('unknown command of a CD-ROM drive', code);
    }
  }

  /** Systems that take it for a disk are told what it is (ATA/ATAPI-6, 8.15.5.2, 8.34.5.2). */
  #refuse(): Outcome {
    this.taskFile.putSignature();
    return ErrorBit.abort;
  }

  #identify(): Outcome {
    this.state.common.dma = false;
    this.state.byteLimit = SECTOR_BYTES;
    const { serial, revision } = this.identity;
    this.#give(packetIdentity(this.state.transferMode, serial, revision, this.#model));
    return 'pending';
  }

  #setFeatures(): Outcome {
    const { registers } = this.state.common;
    const mode = registers[Register.sectorCount];
    if (registers[Register.error] !== TRANSFER_MODE || !isTransferMode(mode)) return ErrorBit.abort;
    this.state.transferMode = mode;
    return 'done';
  }

  // Packets.

  #beginPacket(): Outcome {
    const { common } = this.state;
    const { registers, buffer } = common;
    const features = registers[Register.error];
    if ((features & PacketFeature.overlapped) !== 0) return ErrorBit.abort;
    common.dma = (features & PacketFeature.dma) !== 0;
    this.state.byteLimit = Math.min(
      registers[Register.lbaMid] | (registers[Register.lbaHigh] << 8) || MOST_BYTES,
      MOST_BYTES,
    );
    common.blockBytes = PACKET_BYTES;
    buffer.begin(PACKET_BYTES);
    this.data.begin(Phase.packet);
    return 'pending';
  }

  /** The host notices blocks of data, those of IDENTIFY PACKET DEVICE too, but not that the drive waits for a packet. */
  blockBegins(bytes: number): void {
    const { phase, command, registers } = this.state.common;
    this.#setReason(reasonOf(phase));
    if (phase === Phase.packet) return;
    if (command === Command.packet) {
      registers[Register.lbaMid] = bytes;
      registers[Register.lbaHigh] = bytes >> 8;
    }
    this.taskFile.askForInterrupt();
  }

  #setReason(reason: number): void {
    const { registers } = this.state.common;
    registers[Register.sectorCount] = (registers[Register.sectorCount] & ~7) | reason;
  }

  moved(): void {
    const { phase, command, buffer } = this.state.common;
    if (phase === Phase.packet) this.#act(this.#run(buffer.contents.slice()));
    else if (command !== Command.packet) this.taskFile.endWithoutInterrupt();
    else if (this.state.remaining === 0) this.#act(DONE);
    else if (this.tray.blocks === null) this.#failPacket(this.tray.tellAbsence());
    else this.#readChunk();
  }

  #run(packet: Uint8Array): Action {
    this.state.remaining = 0;
    if (!cdOperations.includes(packet[0])) this.taskFile.reject('unknown packet command', packet[0]);
    return cdAction(packet, this);
  }

  /** Parameters that the host sends have no effect. */
  #act(action: Action): void {
    switch (action.kind) {
      case 'failed':
        this.#failPacket(action.sense);
        break;
      case 'reply':
        this.#giveReply(action.bytes);
        break;
      case 'parameters':
        this.#takeParameters(action.length);
        break;
      case 'read':
        Object.assign(this.state, { block: action.block, remaining: action.count, raw: action.isRaw });
        this.#readChunk();
        break;
      default:
        this.#end(READY, 0);
    }
  }

  #giveReply(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#give(bytes);
    else this.#end(READY, 0);
  }

  #takeParameters(length: number): void {
    this.state.common.buffer.begin(length);
    this.#moveBlocks(Phase.fromHost);
  }

  #give(bytes: Uint8Array): void {
    this.state.common.buffer.put(bytes);
    this.#moveBlocks(Phase.toHost);
  }

  /** Only the last block may have an odd number of bytes. */
  #moveBlocks(phase: typeof Phase.toHost | typeof Phase.fromHost): void {
    const { common, byteLimit } = this.state;
    common.blockBytes = common.buffer.left <= byteLimit ? byteLimit : Math.max(byteLimit & ~1, 2);
    this.data.begin(phase);
  }

  #failPacket(sense: number): void {
    this.state.sense = sense;
    this.#end(Status.ready | Status.error, (sense >> 16) << 4);
  }

  #end(status: number, error: number): void {
    this.state.remaining = 0;
    this.state.common.error = error;
    this.#setReason(Reason.command | Reason.toHost);
    this.taskFile.end(status);
  }

  // Reading.

  #readChunk(): void {
    const { state } = this;
    const most = Math.floor(CHUNK_BYTES / (state.raw ? RAW_BYTES : BLOCK_BYTES));
    state.chunk = Math.min(state.remaining, most);
    this.taskFile.waitForMedium(Phase.reading);
    this.#request();
  }

  #request(): void {
    const { block, chunk } = this.state;
    const target = this.state.common.buffer.room(chunk * BLOCK_BYTES);
    this.port.read(block * SECTORS_A_BLOCK, target, (error) => this.#read(error, target));
  }

  #read(error: BlockError | null, data: Uint8Array): void {
    const { state } = this;
    // What was read may be the next medium's.
    if (this.tray.isChanged) {
      this.#failPacket(this.tray.tellChange());
      return;
    }
    if (error !== null) {
      this.#failPacket(senseOf(error, Sense.readError));
      return;
    }
    if (state.raw) state.common.buffer.put(wholeSectors(data, state.block));
    else state.common.buffer.begin(data.length);
    state.block += state.chunk;
    state.remaining -= state.chunk;
    this.#moveBlocks(Phase.toHost);
  }
}

/** The interrupt reason while a block waits (SFF-8020i, "ATAPI Interrupt Reason Register"). */
function reasonOf(phase: number): number {
  if (phase === Phase.packet) return Reason.command;
  return phase === Phase.toHost ? Reason.toHost : 0;
}
